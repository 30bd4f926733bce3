package dev.meltemi.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// An application that keeps nothing of what it is asked, for tests of memory: answers each request, and sends back
/// what comes once it was asked for another protocol.
final class ForgetfulOrigin implements AutoCloseable {
    private static final int LONGEST_HEAD = 16 * 1024;
    private final ServerSocket listening;
    /// Connections.
    final AtomicInteger open = new AtomicInteger();

    ForgetfulOrigin() {
        try {
            listening = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
                open.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            String head = head(socket.getInputStream());
            while (!head.isEmpty()) {
                if (head.contains("\r\nupgrade: ")) {
                    say(socket, "HTTP/1.1 101 Go\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
                    socket.getInputStream().transferTo(socket.getOutputStream());
                    return;
                }
                int at = head.indexOf("\r\ncontent-length: ");
                if (at >= 0) {
                    String length = head.substring(at + 18, head.indexOf('\r', at + 18));
                    socket.getInputStream().skipNBytes(Long.parseLong(length));
                }
                say(socket, RecordingOrigin.chunked("ok"));
                head = head(socket.getInputStream());
            }
        } catch (IOException gone) {
            // as callers do
        } finally {
            open.decrementAndGet();
        }
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /// In lower case; empty at the end.
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < LONGEST_HEAD && (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0)) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            head.append((char) octet);
        }
        return head.toString().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
