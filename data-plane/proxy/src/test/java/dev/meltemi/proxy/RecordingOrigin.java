package dev.meltemi.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An application written with plain sockets: keeps every octet that arrives, and answers as a test says.
final class RecordingOrigin implements AutoCloseable {
    /// What happens on one accepted connection.
    interface Script {
        void serve(Visit visit) throws IOException;
    }

    static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private final ServerSocket listening;
    private final Script script;
    private final List<Visit> visits = new CopyOnWriteArrayList<>();

    RecordingOrigin(Script script) {
        this.script = script;
        try {
            listening = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /// Answers every request alike, for as long as the connection lasts.
    static RecordingOrigin answering(String answer) {
        return new RecordingOrigin(visit -> {
            while (visit.readRequest()) {
                visit.write(answer);
            }
        });
    }

    /// An answer of one chunk.
    static String chunked(String body) {
        String size = Integer.toHexString(body.length());
        return "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n";
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    List<Visit> visits() {
        return visits;
    }

    /// Everything that arrived, connection by connection.
    String received() {
        var all = new StringBuilder();
        visits.forEach(visit -> all.append(visit.received()));
        return all.toString();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                var visit = new Visit(socket);
                visits.add(visit);
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        script.serve(visit);
                    } catch (IOException gone) {
                        visit.broken = true;
                    } finally {
                        visit.over = true;
                    }
                });
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Visit visit : visits) {
            visit.socket.close();
        }
    }

    /// One connection.
    static final class Visit {
        final Socket socket;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        volatile boolean broken;
        volatile boolean over;

        Visit(Socket socket) {
            this.socket = socket;
        }

        synchronized String received() {
            return received.toString(StandardCharsets.ISO_8859_1);
        }

        int read() throws IOException {
            int octet = socket.getInputStream().read();
            if (octet >= 0) {
                synchronized (this) {
                    received.write(octet);
                }
            }
            return octet;
        }

        /// Reads until the octets so far end like this.
        boolean readUntil(String end) throws IOException {
            var tail = new StringBuilder();
            while (true) {
                int octet = read();
                if (octet < 0) {
                    return false;
                }
                tail.append((char) octet);
                if (tail.length() > end.length()) {
                    tail.deleteCharAt(0);
                }
                if (tail.toString().equals(end)) {
                    return true;
                }
            }
        }

        /// One head, and its body when it has a length or chunks.
        boolean readRequest() throws IOException {
            int from = received().length();
            if (!readUntil("\r\n\r\n")) {
                return false;
            }
            String head = received().substring(from).toLowerCase(java.util.Locale.ROOT);
            int at = head.indexOf("\r\ncontent-length: ");
            if (at >= 0) {
                int length = Integer.parseInt(head.substring(at + 18, head.indexOf("\r\n", at + 2)));
                for (int i = 0; i < length; i++) {
                    if (read() < 0) {
                        return false;
                    }
                }
            } else if (head.contains("transfer-encoding: chunked")) {
                return readChunks();
            }
            return true;
        }

        /// And trailers.
        private boolean readChunks() throws IOException {
            while (true) {
                int from = received().length();
                if (!readUntil("\r\n")) {
                    return false;
                }
                int size = Integer.parseInt(received().substring(from).strip(), 16);
                if (size == 0) {
                    break;
                }
                for (int i = 0; i < size + 2; i++) {
                    if (read() < 0) {
                        return false;
                    }
                }
            }
            int from;
            do {
                from = received().length();
                if (!readUntil("\r\n")) {
                    return false;
                }
            } while (received().length() > from + 2);
            return true;
        }

        /// Everything until the other side closes; false when it resets.
        boolean readToEnd() throws IOException {
            try {
                InputStream in = socket.getInputStream();
                byte[] piece = new byte[8192];
                for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                    synchronized (this) {
                        received.write(piece, 0, n);
                    }
                }
                return true;
            } catch (SocketException reset) {
                broken = true;
                return false;
            }
        }

        void write(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
