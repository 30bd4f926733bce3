package dev.meltemi.conformance;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/// An application with plain sockets behind one destination: hands on what arrives, and answers 200.
final class LiveOrigin implements AutoCloseable {
    private static final int BACKLOG = 64;

    private final Place place;
    private final ServerSocket listening;
    private final BiFunction<Place, LiveMessage, Map<String, List<String>>> taker;
    private final Set<Socket> open = java.util.concurrent.ConcurrentHashMap.newKeySet();

    /// @param subsets of the host that its labels fit
    /// @param workload `namespace/name`
    record Place(String host, Set<String> subsets, int servicePort, String workload) {
        Place {
            subsets = Set.copyOf(subsets);
        }
    }

    /// @param taker is given each request, and gives the headers of the answer
    LiveOrigin(Place place, InetAddress address, BiFunction<Place, LiveMessage, Map<String, List<String>>> taker) {
        this.place = place;
        this.taker = taker;
        try {
            listening = new ServerSocket(0, BACKLOG, address);
        } catch (IOException e) {
            throw new UncheckedIOException("can't listen at " + address + ": " + e.getMessage(), e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The run is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (LiveMessage request = LiveMessage.read(in, true); request != null; ) {
                var answer = new StringBuilder("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n");
                taker.apply(place, request)
                        .forEach((name, values) -> values.forEach(value ->
                                answer.append(name).append(": ").append(value).append("\r\n")));
                answer.append("\r\n").append(request.start().startsWith("HEAD ") ? "" : "ok");
                socket.getOutputStream().write(answer.toString().getBytes(StandardCharsets.ISO_8859_1));
                request = LiveMessage.read(in, true);
            }
        } catch (IOException gone) {
            // The proxy went away.
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
