package dev.meltemi.distribution;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was started, in order, and is stopped in reverse; one failure doesn't keep the rest running.
final class StopInReverse implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StopInReverse.class);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private boolean closed;

    /// What is added after the end is stopped at once.
    synchronized <T extends AutoCloseable> T add(T running) {
        if (closed) {
            stop(running);
        } else {
            started.push(running);
        }
        return running;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!started.isEmpty()) {
            stop(started.pop());
        }
    }

    private static void stop(AutoCloseable running) {
        try {
            running.close();
        } catch (Exception e) {
            LOG.warn(
                    "event=stop_failed component={} failure={}",
                    running.getClass().getSimpleName(),
                    e.toString());
        }
    }
}
