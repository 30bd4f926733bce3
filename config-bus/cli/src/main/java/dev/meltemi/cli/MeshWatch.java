package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/// Follows topics in the background and lets a command wait for what it wants to see.
final class MeshWatch implements AutoCloseable {
    private final Object lock = new Object();
    private final MeshPicture picture = new MeshPicture();
    private final List<Topic<?>> topics;
    private final Disposable following;
    private @Nullable Throwable failure;

    MeshWatch(MeshBus bus, List<Topic<?>> topics) {
        this.topics = topics;
        this.following = bus.follow(topics).subscribe(this::apply, this::fail);
    }

    boolean caughtUp(Duration within) {
        return await(now -> now.caughtUp.containsAll(topics), within);
    }

    /// @return false when it didn't come true within that time
    /// @throws CommandFailure when the topics can't be read
    boolean await(Predicate<MeshPicture> wanted, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        synchronized (lock) {
            while (true) {
                if (failure != null) {
                    throw OperatorErrors.translated(failure);
                }
                if (wanted.test(picture)) {
                    return true;
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    lock.wait(Math.max(1, left / 1_000_000));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new CommandFailure(ExitCode.UNKNOWN, "interrupted", e);
                }
            }
        }
    }

    <T> T read(Function<MeshPicture, T> question) {
        synchronized (lock) {
            return question.apply(picture);
        }
    }

    private void apply(TopicEvent<?> event) {
        synchronized (lock) {
            picture.apply(event);
            lock.notifyAll();
        }
    }

    private void fail(Throwable cause) {
        synchronized (lock) {
            failure = cause;
            lock.notifyAll();
        }
    }

    @Override
    public void close() {
        following.dispose();
    }
}
