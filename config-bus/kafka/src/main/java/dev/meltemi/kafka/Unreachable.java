package dev.meltemi.kafka;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/// Why no broker answers: Kafka's client only says that time ran out.
final class Unreachable {
    private static final int CONNECT_TIMEOUT_MS = 500;

    private Unreachable() {}

    /// One clause for each bootstrap server: `127.0.0.1:19092: connection refused`.
    static String why(String bootstrapServers) {
        List<String> clauses = new ArrayList<>();
        for (var server : bootstrapServers.split(",", -1)) {
            clauses.add(server.strip() + ": " + probe(server.strip()));
        }
        return String.join(", ", clauses);
    }

    private static String probe(String server) {
        int colon = server.lastIndexOf(':');
        if (colon < 1) {
            return "not of the form host:port";
        }
        try (var socket = new Socket()) {
            var host = server.substring(0, colon);
            socket.connect(
                    new InetSocketAddress(host, Integer.parseInt(server.substring(colon + 1))), CONNECT_TIMEOUT_MS);
            return "accepts connections, but doesn't answer as a ready Kafka broker with these client settings";
        } catch (UnknownHostException e) {
            return "unknown host";
        } catch (SocketTimeoutException e) {
            return "no answer to a connection";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (IllegalArgumentException e) {
            return "not a port number";
        }
    }
}
