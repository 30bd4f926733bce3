package dev.meltemi.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Stands between clients and a broker, and can swallow what one side says while the connections stay open: a network
/// that is broken in one direction, of which TCP itself says nothing for minutes.
final class TcpProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final InetSocketAddress to;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean swallowsRequests;
    private volatile boolean swallowsAnswers;

    private TcpProxy(ServerSocket listener, InetSocketAddress to) {
        this.listener = listener;
        this.to = to;
        Thread.ofVirtual().name("tcp-proxy").start(this::accept);
    }

    static TcpProxy start(String address, InetSocketAddress to) {
        try {
            return new TcpProxy(new ServerSocket(0, 128, InetAddress.ofLiteral(address)), to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `host:port`
    String address() {
        return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    }

    void swallowRequests() {
        swallowsRequests = true;
    }

    void swallowAnswers() {
        swallowsAnswers = true;
    }

    /// What was swallowed is lost, so the connections that lost it are closed.
    void heal() {
        swallowsRequests = false;
        swallowsAnswers = false;
        sockets.forEach(TcpProxy::close);
        sockets.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var client = listener.accept();
                var broker = new Socket();
                sockets.add(client);
                sockets.add(broker);
                broker.connect(to);
                Thread.ofVirtual().start(() -> copy(client, broker, true));
                Thread.ofVirtual().start(() -> copy(broker, client, false));
            } catch (IOException e) {
                // the broker isn't there or we are closing: the client finds out by its own means
            }
        }
    }

    private void copy(Socket from, Socket into, boolean requests) {
        byte[] buffer = new byte[16_384];
        try (from;
                into;
                InputStream in = from.getInputStream();
                OutputStream out = into.getOutputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!(requests ? swallowsRequests : swallowsAnswers)) {
                    out.write(buffer, 0, count);
                    out.flush();
                }
            }
        } catch (IOException e) {
            // one side has gone; closing the other tells it
        } finally {
            sockets.remove(from);
            sockets.remove(into);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        heal();
    }
}
