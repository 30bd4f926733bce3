package dev.meltemi.faults;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// One HTTP/1.1 connection that is kept alive, and nothing else: a client library would repeat requests behind the
/// ledger's back.
final class Wire implements AutoCloseable {
    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    /// @param headers names in lower case
    record Answer(int status, Map<String, String> headers, int bodyBytes, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    Wire(InetSocketAddress to, Duration patience) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.connect(to, Math.toIntExact(patience.toMillis()));
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            in = new BufferedInputStream(socket.getInputStream(), 16_384);
            out = new BufferedOutputStream(socket.getOutputStream(), 16_384);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// @param chunked or with content-length
    Answer exchange(String method, String host, String path, Map<String, String> headers, byte[] body, boolean chunked)
            throws IOException {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nhost: " + host + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (chunked) {
            head.append("transfer-encoding: chunked\r\n");
        } else if (body.length > 0) {
            head.append("content-length: ").append(body.length).append("\r\n");
        }
        write(head.append("\r\n").toString());
        if (chunked) {
            int half = body.length / 2;
            chunk(body, 0, half);
            out.flush();
            chunk(body, half, body.length - half);
            write("0\r\n\r\n");
        } else {
            out.write(body);
        }
        out.flush();
        return answer();
    }

    private void chunk(byte[] body, int from, int length) throws IOException {
        if (length > 0) {
            write(Integer.toHexString(length) + "\r\n");
            out.write(body, from, length);
            write("\r\n");
        }
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Answer answer() throws IOException {
        String status = line();
        var headers = new HashMap<String, String>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = "chunked".equals(headers.get("transfer-encoding"))
                ? chunks()
                : in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Answer(
                Integer.parseInt(status.split(" ", 3)[1]),
                headers,
                body.length,
                new String(body, 0, Math.min(body.length, 200), StandardCharsets.UTF_8));
    }

    private byte[] chunks() throws IOException {
        var whole = new java.io.ByteArrayOutputStream();
        for (int length = Integer.parseInt(line(), 16); length > 0; length = Integer.parseInt(line(), 16)) {
            whole.writeBytes(in.readNBytes(length));
            line();
        }
        line();
        return whole.toByteArray();
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed"
                        + (text.isEmpty() ? " before an answer" : " within the line " + text));
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
