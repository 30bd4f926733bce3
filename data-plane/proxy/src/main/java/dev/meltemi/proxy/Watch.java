package dev.meltemi.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after one proxy from outside its event loops, ten times a second: measures pressure, ends idle connections
/// under it, retires connections to endpoints that are gone, and notices a loop that has died.
final class Watch {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final long EVERY_MILLIS = 100;
    /// Endpoints that are gone are looked for every so many times.
    private static final int RETIRING = 5;
    /// Of a connection while there are too many.
    private static final Duration QUIET_TOO_LONG = Duration.ofSeconds(3);

    private final ProxyServer server;
    private final Map<EventLoop, Loop> loops;
    private @Nullable ScheduledFuture<?> looking;
    private volatile Runnable broken = () -> {};
    private volatile boolean dead;
    private int looked;

    Watch(ProxyServer server, Map<EventLoop, Loop> loops) {
        this.server = server;
        this.loops = loops;
    }

    synchronized void start() {
        if (looking == null) {
            looking = GlobalEventExecutor.INSTANCE.scheduleWithFixedDelay(
                    this::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    synchronized void stop() {
        if (looking != null) {
            looking.cancel(false);
        }
    }

    private void look() {
        try {
            server.overload().measure(System.nanoTime());
            if (!dead && loops.keySet().stream().anyMatch(EventLoop::isShuttingDown)) {
                dead = true;
                broken.run();
                LOG.error("event=loop-died next=\"the reason stands above; restart this proxy\"");
            }
            if (++looked % RETIRING == 0) {
                server.onEveryLoop(Watch::tidy);
            }
            if (server.overload().reducesTimeouts()) {
                server.onEveryLoop(Watch::closeQuiet);
            }
            if (server.overload().closesIdle()) {
                server.onEveryLoop(Watch::endIdle);
            }
        } catch (RuntimeException e) {
            // Thrown on, it would end the watching.
            LOG.warn("event=watch-failed next=\"it goes on\"", e);
        }
    }

    private static void tidy(Loop loop) {
        loop.pools.retire();
    }

    private static void closeQuiet(Loop loop) {
        long since = loop.now() - QUIET_TOO_LONG.toNanos();
        List.copyOf(loop.connections.values()).forEach(connection -> connection.closeIfQuiet(since));
    }

    private static void endIdle(Loop loop) {
        long quietUntil = loop.now() + ProxyServer.QUIET.toNanos();
        List.copyOf(loop.connections.values()).forEach(connection -> connection.drain(quietUntil));
    }

    void whenBroken(Runnable action) {
        broken = action;
    }

    boolean sawDeadLoop() {
        return dead;
    }
}
