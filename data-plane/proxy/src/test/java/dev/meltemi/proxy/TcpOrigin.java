package dev.meltemi.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/// A server of any protocol: what it does with a connection is the test's to say.
final class TcpOrigin implements AutoCloseable {
    private final ServerSocket server;
    private final List<Socket> visits = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /// What is done with one connection, on a thread of its own; it is closed afterwards.
    interface Visit {
        void serve(Socket socket) throws IOException;
    }

    TcpOrigin(Visit visit) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> accept(visit));
    }

    /// Sends back what comes, after all of it has come.
    static TcpOrigin echoingAtTheEnd() throws IOException {
        return new TcpOrigin(socket -> {
            var all = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(all);
            socket.getOutputStream()
                    .write(("got " + all.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        });
    }

    /// Sends back what comes as it comes.
    static TcpOrigin echoing() throws IOException {
        return new TcpOrigin(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
    }

    /// Speaks first.
    static TcpOrigin greeting() throws IOException {
        return new TcpOrigin(socket -> {
            socket.getOutputStream().write("220 hello\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(socket.getOutputStream());
        });
    }

    private void accept(Visit visit) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                visits.add(socket);
                Thread.ofVirtual().start(() -> serve(visit, socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Visit visit, Socket socket) {
        try (socket) {
            visit.serve(socket);
        } catch (IOException | UncheckedIOException e) {
            failures.add(e);
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    int visits() {
        return visits.size();
    }

    /// How the first visit broke.
    Throwable failure() {
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> !failures.isEmpty());
        return failures.getFirst();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket visit : visits) {
            visit.close();
        }
    }
}
