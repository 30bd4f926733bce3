package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Loopback addresses of a lab's own, so that labs, demos and other tests on one machine don't meet.
final class Addresses {
    private final int second = ThreadLocalRandom.current().nextInt(64, 250);
    private final int third = ThreadLocalRandom.current().nextInt(1, 250);
    private int last = 1;

    /// One that nobody was given before.
    String next() {
        return "127." + second + "." + third + "." + ++last;
    }

    /// A port that is free now.
    static int freePort(String address) {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(address))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
