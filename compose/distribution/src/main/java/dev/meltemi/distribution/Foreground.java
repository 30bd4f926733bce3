package dev.meltemi.distribution;

import java.util.concurrent.CountDownLatch;

/// A command that runs until the process is told to end (Ctrl-C, SIGTERM): then stops what it started.
final class Foreground implements AutoCloseable {
    private final StopInReverse running = new StopInReverse();
    private final CountDownLatch ended = new CountDownLatch(1);

    Foreground() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop"));
    }

    /// Takes over the stopping of something.
    <T extends AutoCloseable> T add(T started) {
        return running.add(started);
    }

    /// Returns when the process is told to end.
    void await() throws InterruptedException {
        ended.await();
    }

    @Override
    public void close() {
        running.close();
        ended.countDown();
    }
}
