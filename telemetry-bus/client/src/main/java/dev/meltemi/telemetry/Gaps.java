package dev.meltemi.telemetry;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Sequence numbers that will never arrive, as few runs as possible, until they are told.
final class Gaps {
    /// Runs that wait to be told. More are joined with the last one, which then also spans numbers that did arrive;
    /// `lost` stays exact.
    private static final int MOST = 64;

    /// @param lost how many of the numbers from first to last are missing
    record Gap(long first, long last, long lost) {}

    private final Deque<Gap> gaps = new ArrayDeque<>();

    synchronized void add(long first, long last) {
        long lost = last - first + 1;
        Gap newest = gaps.peekLast();
        boolean adjacent = newest != null && first == newest.last() + 1 && newest.lost() == size(newest);
        if (newest == null || (!adjacent && gaps.size() < MOST)) {
            gaps.addLast(new Gap(first, last, lost));
            return;
        }
        gaps.removeLast();
        gaps.addLast(new Gap(Math.min(first, newest.first()), Math.max(last, newest.last()), newest.lost() + lost));
    }

    synchronized List<Gap> take() {
        var taken = List.copyOf(gaps);
        gaps.clear();
        return taken;
    }

    private static long size(Gap gap) {
        return gap.last() - gap.first() + 1;
    }
}
