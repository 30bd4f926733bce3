package dev.meltemi.broker;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// Finds out before Kafka does whether a port can be had: Kafka's own answer is a halted process.
final class Ports {
    private Ports() {}

    /// The port itself, or a free one for 0. Another process may still take it before Kafka binds it; that start
    /// fails with an error.
    static int claim(String what, String host, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return socket.getLocalPort();
        } catch (BindException e) {
            throw new BrokerStartException(
                    what + " can't listen on " + host + ":" + port + ": " + e.getMessage()
                            + ListeningProcess.on(port)
                                    .map(who -> " (" + who + ")")
                                    .orElse("")
                            + "; next: stop that process, or move all ports with --port-offset 100",
                    e);
        } catch (IOException e) {
            throw new BrokerStartException(
                    what + " can't listen on " + host + ":" + port + ": " + e.getMessage()
                            + "; next: choose an address of this machine",
                    e);
        }
    }
}
