package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Many connections of one process, none of which waits for another.
final class Storm implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final List<SocketChannel> sockets = new ArrayList<>();

    /// Begins to make them all, which takes a moment; returns when each is made or refused.
    static Storm of(InetSocketAddress to, int count) {
        var storm = new Storm();
        try {
            for (int i = 0; i < count; i++) {
                var socket = SocketChannel.open();
                socket.configureBlocking(false);
                socket.setOption(StandardSocketOptions.SO_RCVBUF, 4 * 1024);
                storm.sockets.add(socket);
                socket.connect(to);
            }
        } catch (IOException e) {
            storm.close();
            throw new UncheckedIOException(e);
        }
        Await.within(PATIENCE, () -> storm.sockets.stream().allMatch(Storm::isDecided));
        return storm;
    }

    private static boolean isDecided(SocketChannel socket) {
        try {
            return !socket.isOpen() || socket.finishConnect();
        } catch (IOException refused) {
            closeQuietly(socket);
            return true;
        }
    }

    /// As much as each takes without waiting, and no more of it ever.
    void write(String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        for (SocketChannel socket : sockets) {
            try {
                if (socket.isOpen()) {
                    socket.write(ByteBuffer.wrap(octets));
                }
            } catch (IOException gone) {
                closeQuietly(socket);
            }
        }
    }

    /// Those that the other side hasn't closed; what it sent is read.
    int open() {
        int open = 0;
        var octets = ByteBuffer.allocate(4 * 1024);
        for (SocketChannel socket : sockets) {
            try {
                octets.clear();
                if (socket.isOpen() && socket.read(octets) >= 0) {
                    open++;
                } else {
                    closeQuietly(socket);
                }
            } catch (IOException gone) {
                closeQuietly(socket);
            }
        }
        return open;
    }

    /// All of them at once, each by RST.
    @Override
    public void close() {
        for (SocketChannel socket : sockets) {
            try {
                if (socket.isOpen()) {
                    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
            } catch (IOException gone) {
                // closed all the same
            }
            closeQuietly(socket);
        }
    }

    private static void closeQuietly(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // there is nothing to do about it
        }
    }
}
