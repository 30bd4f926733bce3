package dev.meltemi.distribution;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a command started, in order, and stops in reverse: at its own end, and when the process is told to end
/// (Ctrl-C, SIGTERM).
final class Foreground implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Foreground.class);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean closed;

    Foreground() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop"));
    }

    /// Takes over the stopping of something. What is added after the end is stopped at once.
    synchronized <T extends AutoCloseable> T add(T running) {
        if (closed) {
            stop(running);
        } else {
            started.push(running);
        }
        return running;
    }

    /// Returns when the process is told to end.
    void await() throws InterruptedException {
        ended.await();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        while (!started.isEmpty()) {
            stop(started.pop());
        }
        ended.countDown();
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
