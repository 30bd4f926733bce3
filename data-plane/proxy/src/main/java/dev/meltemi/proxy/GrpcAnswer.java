package dev.meltemi.proxy;

import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.GrpcStatus;
import dev.meltemi.routing.ProxyFailure;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

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

    static void send(Exchange exchange, GrpcStatus status, ProxyFailure why) {
        LocalReply.note(exchange, why);
        FailureWords words = FailureWords.of(why);
        HttpHeaders headers = LocalReply.headers(exchange);
        headers.set(HttpHeaderNames.CONTENT_TYPE, GRPC);
        headers.set(STATUS, Integer.toString(status.number()));
        headers.set(MESSAGE, words.body());
        LocalReply.send(exchange, OK, words.details(), LocalReply.NO_BODY, headers);
    }
}
