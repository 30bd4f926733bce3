package dev.meltemi.telemetry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// A bounded queue for several writers that never waits: when it is full, the oldest item makes room. Each item's
/// place in the order of arrival is its sequence number, so whatever is lost is a hole in the numbers of what comes
/// out.
///
/// The algorithm is Dmitry Vyukov's bounded queue: a cell's turn says whether it may be written (turn = position)
/// or read (turn = position + 1).
final class SequencedRing<E> {
    /// How often a writer looks again for a cell that another thread is just using, before it gives its item up.
    /// Longer only helps when that thread lost its processor, and then waiting is what a writer must not do.
    private static final int PATIENCE = 64;

    /// What came out.
    record Item<E>(long sequence, E value) {}

    private final int mask;
    private final AtomicReferenceArray<@Nullable E> items;
    private final AtomicLongArray turns;
    private final AtomicLong head = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong displaced = new AtomicLong();

    /// @param capacity a power of two
    SequencedRing(int capacity) {
        if (capacity < 2 || Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("the capacity must be a power of two, at least 2, not " + capacity);
        }
        mask = capacity - 1;
        items = new AtomicReferenceArray<>(capacity);
        turns = new AtomicLongArray(capacity);
        for (int i = 0; i < capacity; i++) {
            turns.set(i, i);
        }
    }

    /// @return false when an item was lost by this call: the oldest one, or very rarely this one
    boolean offer(E item) {
        boolean room = true;
        for (int attempt = 0; attempt < PATIENCE; attempt++) {
            long position = tail.get();
            int cell = (int) position & mask;
            long turn = turns.get(cell);
            if (turn == position) {
                if (tail.compareAndSet(position, position + 1)) {
                    items.setPlain(cell, item);
                    turns.setRelease(cell, position + 1);
                    return room;
                }
            } else if (turn < position && position - head.get() > mask) {
                if (poll() != null) {
                    room = false;
                    displaced.incrementAndGet();
                }
            }
        }
        refused.incrementAndGet();
        return false;
    }

    /// The oldest item; null when there is none, or when its writer hasn't finished.
    @Nullable
    Item<E> poll() {
        while (true) {
            long position = head.get();
            int cell = (int) position & mask;
            long turn = turns.getAcquire(cell);
            if (turn <= position) {
                return null;
            }
            if (turn == position + 1 && head.compareAndSet(position, position + 1)) {
                E item = items.getPlain(cell);
                items.setPlain(cell, null);
                turns.setRelease(cell, position + mask + 1);
                if (item == null) {
                    throw new IllegalStateException("a cell was readable before it was written");
                }
                return new Item<>(position + refused.get(), item);
            }
        }
    }

    /// How many wait, roughly while others write.
    int size() {
        return (int) Math.max(0, tail.get() - head.get());
    }

    /// How many were lost so far.
    long dropped() {
        return displaced.get() + refused.get();
    }
}
