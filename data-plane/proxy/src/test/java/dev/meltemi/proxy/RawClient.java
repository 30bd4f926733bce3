package dev.meltemi.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A caller that says exactly what a test tells it to.
final class RawClient implements AutoCloseable {
    final Socket socket;

    RawClient(InetSocketAddress address) throws IOException {
        socket = new Socket();
        socket.setSoTimeout(10_000);
        socket.connect(address);
    }

    /// @return the answer's head and body; what came until the connection ended, when it ends
    static String ask(InetSocketAddress address, String request) throws IOException {
        try (var client = new RawClient(address)) {
            client.write(request);
            return client.answer();
        }
    }

    void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /// One answer, by content-length, chunks or the end of the connection.
    String answer() throws IOException {
        String head = readUntil("\r\n\r\n");
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("\r\ncontent-length: ");
        if (at >= 0) {
            return head + read(Integer.parseInt(lower.substring(at + 18, lower.indexOf("\r\n", at + 2))));
        }
        return lower.contains("transfer-encoding: chunked") ? head + readUntil("0\r\n\r\n") : head;
    }

    String readUntil(String end) throws IOException {
        var text = new StringBuilder();
        while (text.length() < end.length()
                || !text.substring(text.length() - end.length()).equals(end)) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                break;
            }
            text.append((char) octet);
        }
        return text.toString();
    }

    String read(int octets) throws IOException {
        return new String(socket.getInputStream().readNBytes(octets), StandardCharsets.ISO_8859_1);
    }

    String readToEnd() throws IOException {
        var all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        in.transferTo(all);
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /// As above, for a connection that may be reset.
    String readToEndOrReset() throws IOException {
        try {
            return readToEnd();
        } catch (SocketException reset) {
            return "";
        }
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
