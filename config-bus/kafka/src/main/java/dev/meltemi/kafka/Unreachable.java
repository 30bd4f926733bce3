package dev.meltemi.kafka;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Why no broker answers: Kafka's client only says that time ran out.
final class Unreachable {
    private static final int CONNECT_TIMEOUT_MS = 500;

    /// Content type 21, version 3.
    private static final int TLS_ALERT = 0x1503;

    private static final int CORRELATION = 0x6d656c74;
    /// Size, key 18, version 0, correlation id, no client id.
    private static final byte[] API_VERSIONS = ByteBuffer.allocate(14)
            .putInt(10)
            .putShort((short) 18)
            .putShort((short) 0)
            .putInt(CORRELATION)
            .putShort((short) -1)
            .array();

    private Unreachable() {}

    /// One clause for each bootstrap server: `127.0.0.1:19092: connection refused`.
    ///
    /// @param tls whether our connections are TLS
    static String why(String bootstrapServers, boolean tls) {
        List<String> clauses = new ArrayList<>();
        for (var server : bootstrapServers.split(",", -1)) {
            clauses.add(server.strip() + ": " + probe(server.strip(), tls));
        }
        return String.join(", ", clauses);
    }

    private static String probe(String server, boolean tls) {
        int colon = server.lastIndexOf(':');
        if (colon < 1) {
            return "not of the form host:port";
        }
        try (var socket = new Socket()) {
            var host = server.substring(0, colon);
            socket.connect(
                    new InetSocketAddress(host, Integer.parseInt(server.substring(colon + 1))), CONNECT_TIMEOUT_MS);
            var spoken = spoken(socket);
            if (tls && spoken == Spoken.PLAINTEXT) {
                return "it speaks Kafka in plaintext, and we TLS (leave out --credentials, or name its TLS port)";
            }
            if (!tls && spoken == Spoken.TLS) {
                return "it speaks TLS, and we plaintext (give --credentials DIR)";
            }
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

    private enum Spoken {
        PLAINTEXT,
        TLS,
        NEITHER
    }

    /// Asks in plaintext for the API versions: a plaintext broker answers with our correlation id, a TLS one with an
    /// alert (RFC 8446 6) or a farewell.
    private static Spoken spoken(Socket socket) {
        try {
            socket.setSoTimeout(CONNECT_TIMEOUT_MS);
            socket.getOutputStream().write(API_VERSIONS);
            var answer = new DataInputStream(socket.getInputStream());
            int first = answer.readInt();
            if (first >>> 16 == TLS_ALERT) {
                return Spoken.TLS;
            }
            return answer.readInt() == CORRELATION ? Spoken.PLAINTEXT : Spoken.NEITHER;
        } catch (IOException e) {
            return Spoken.NEITHER;
        }
    }
}
