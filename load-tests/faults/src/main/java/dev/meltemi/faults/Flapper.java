package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// An endpoint that breaks off requests, each time in the way that it is told to.
final class Flapper implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final Duration HALF_PERIOD = Duration.ofMillis(100);

    enum Way {
        /// Listens, and doesn't, for 100 ms each; whoever gets in is answered nothing but a reset when it ends.
        UP_AND_DOWN,
        /// Resets whoever connects.
        RESETS,
        /// Reads the request and resets.
        RESETS_REQUESTS,
        /// Accepts and says nothing.
        HANGS,
        /// Ends its side in the middle of a head, and resets.
        HALF_CLOSES
    }

    private final InetSocketAddress address;
    private final Way way;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final LongAdder visits = new LongAdder();
    private volatile ServerSocket listening;
    private volatile boolean closed;

    Flapper(String address, int port, Way way) {
        this.address = new InetSocketAddress(InetAddress.ofLiteral(address), port);
        this.way = way;
        this.listening = listen();
        if (way == Way.UP_AND_DOWN) {
            Thread.ofVirtual().start(this::flap);
        }
    }

    private ServerSocket listen() {
        try {
            var socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(address, BACKLOG);
            Thread.ofVirtual().start(() -> accept(socket));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void flap() {
        while (!closed) {
            Await.pass(HALF_PERIOD);
            shut(listening);
            open.forEach(Flapper::reset);
            Await.pass(HALF_PERIOD);
            synchronized (this) {
                if (!closed) {
                    listening = listen();
                }
            }
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket visitor = socket.accept();
                visits.increment();
                open.add(visitor);
                Thread.ofVirtual().start(() -> treat(visitor));
            } catch (IOException _) {
                // it is down
            }
        }
    }

    private void treat(Socket visitor) {
        try {
            switch (way) {
                case RESETS -> reset(visitor);
                case RESETS_REQUESTS -> {
                    visitor.getInputStream().read(new byte[1_024]);
                    reset(visitor);
                }
                case HALF_CLOSES -> {
                    visitor.getInputStream().read(new byte[1_024]);
                    visitor.getOutputStream().write("HTTP/1.1 200 O".getBytes(StandardCharsets.US_ASCII));
                    visitor.shutdownOutput();
                    Await.pass(Duration.ofMillis(20));
                    reset(visitor);
                }
                case HANGS, UP_AND_DOWN -> {
                    while (visitor.getInputStream().read() >= 0) {
                        // whatever it says, nothing is answered
                    }
                    visitor.close();
                }
            }
        } catch (IOException _) {
            reset(visitor);
        } finally {
            open.remove(visitor);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException _) {
            // it is gone
        }
    }

    private static void shut(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Connections so far: the tries that it cost.
    long visits() {
        return visits.sum();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            shut(listening);
        }
        open.forEach(Flapper::reset);
    }
}
