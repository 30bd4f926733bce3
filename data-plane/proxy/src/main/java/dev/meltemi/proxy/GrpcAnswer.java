package dev.meltemi.proxy;

import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.GrpcStatus;
import dev.meltemi.routing.ProxyFailure;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/// An answer of our own to a caller that speaks gRPC: a head that is all, with the status in it (gRPC over HTTP,
/// Trailers-Only).
final class GrpcAnswer {
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");
    private static final AsciiString STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
    private static final int OK = 200;

    private GrpcAnswer() {}

    static boolean isAskedFor(Exchange exchange) {
        String type = exchange.headers.get(HttpHeaderNames.CONTENT_TYPE);
        return type != null
                && AsciiString.regionMatches(type, true, 0, GRPC, 0, GRPC.length())
                && (type.length() == GRPC.length() || type.charAt(GRPC.length()) == '+');
    }

    /// Notes the status where the answer has one: behind the body, or in a head that is all.
    static void note(Exchange exchange, HttpHeaders fields) {
        String status = fields.isEmpty() ? null : fields.get(STATUS);
        if (status != null) {
            exchange.grpcStatus = status;
        }
    }

    /// The status for access events and metrics; what an answer without one means to callers, as Envoy maps it.
    ///
    /// @return empty for what isn't a call of gRPC
    static String told(Exchange exchange) {
        if (!isAskedFor(exchange)) {
            return "";
        }
        String status = exchange.grpcStatus;
        boolean said =
                !status.isEmpty() && status.length() <= 2 && status.chars().allMatch(c -> c >= '0' && c <= '9');
        return said
                ? status
                : Integer.toString(GrpcStatus.ofAnswer(exchange.status).number());
    }

    /// A fault that a rule injects with a status of its own.
    static void send(Exchange exchange, GrpcStatus status, ProxyFailure why) {
        LocalReply.note(exchange, why);
        FailureWords words = FailureWords.of(why);
        send(exchange, status, words.details(), words.body());
    }

    /// @param message for whoever reads the caller's errors, may be empty
    static void send(Exchange exchange, GrpcStatus status, String details, String message) {
        HttpHeaders headers = LocalReply.headers(exchange);
        headers.set(HttpHeaderNames.CONTENT_TYPE, GRPC);
        headers.set(STATUS, Integer.toString(status.number()));
        note(exchange, headers);
        if (!message.isEmpty()) {
            headers.set(MESSAGE, encoded(message));
        }
        LocalReply.send(exchange, OK, details, LocalReply.NO_BODY, headers);
    }

    /// A time-out is the caller's deadline, which clients of gRPC know by its own name; all else as Envoy maps it.
    static GrpcStatus status(ProxyFailure failure, int httpStatus) {
        boolean late = failure instanceof ProxyFailure.UpstreamTimeout || failure instanceof ProxyFailure.TryTimeout;
        return late ? GrpcStatus.DEADLINE_EXCEEDED : GrpcStatus.ofAnswer(httpStatus);
    }

    /// Percent-encoded, as the protocol wants it (gRPC over HTTP/2, "Status-Message").
    private static String encoded(String message) {
        var out = new StringBuilder(message.length());
        for (byte octet : message.getBytes(StandardCharsets.UTF_8)) {
            if (octet >= ' ' && octet <= '~' && octet != '%') {
                out.append((char) octet);
            } else {
                out.append('%').append(String.format("%02X", octet));
            }
        }
        return out.toString();
    }
}
