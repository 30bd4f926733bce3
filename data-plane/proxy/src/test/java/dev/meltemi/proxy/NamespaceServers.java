package dev.meltemi.proxy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Servers as a process of their own, for a network namespace of their own: `NamespaceServers NAME`. At 5432 and 9999
/// one that speaks first, at 8080 one that answers any request; both say their name and from where they were
/// called.
final class NamespaceServers {
    private NamespaceServers() {}

    public static void main(String[] args) throws IOException {
        for (int port : new int[] {5432, 9999}) {
            ServerSocket greeting = at(port);
            Thread.ofPlatform().start(() -> serve(greeting, socket -> say(socket, told(args[0], socket) + "\n")));
        }
        ServerSocket http = at(8080);
        Thread.ofPlatform()
                .start(() -> serve(http, socket -> {
                    String body = told(args[0], socket);
                    var head = new StringBuilder();
                    while (head.indexOf("\r\n\r\n") < 0) {
                        int octet = socket.getInputStream().read();
                        if (octet < 0) {
                            return;
                        }
                        head.append((char) octet);
                    }
                    say(
                            socket,
                            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: " + body.length() + "\r\n\r\n"
                                    + body);
                }));
        System.out.println("ready");
    }

    private static ServerSocket at(int port) throws IOException {
        var server = new ServerSocket();
        server.bind(new InetSocketAddress("0.0.0.0", port));
        return server;
    }

    private static String told(String name, Socket socket) {
        InetAddress from = socket.getInetAddress();
        return name + " called from " + from.getHostAddress();
    }

    private static void say(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static void serve(ServerSocket server, TcpOrigin.Visit visit) {
        while (true) {
            try (Socket socket = server.accept()) {
                visit.serve(socket);
            } catch (IOException e) {
                System.out.println("broken: " + e);
            }
        }
    }
}
