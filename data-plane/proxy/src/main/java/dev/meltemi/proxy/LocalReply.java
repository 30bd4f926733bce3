package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.ProxyFailure;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/// Answers that the proxy gives by itself.
final class LocalReply {
    private static final AsciiString TEXT = AsciiString.cached("text/plain");
    static final byte[] NO_BODY = {};
    private static final AsciiString SERVER = AsciiString.cached("meltemi");
    /// Seconds: what is too much now is often over then.
    private static final AsciiString SOON = AsciiString.cached("1");
    /// A request body that is shorter is read and dropped, so that the connection can go on.
    private static final int DRAINABLE = 64 * 1024;

    private LocalReply() {}

    /// Answers with what {@link FailureWords} says, and notes flag and details.
    static void fail(Exchange exchange, ProxyFailure failure) {
        fail(exchange, failure, false);
    }

    /// @param retriesExhausted adds Envoy's URX
    static void fail(Exchange exchange, ProxyFailure failure, boolean retriesExhausted) {
        note(exchange, failure);
        if (retriesExhausted) {
            exchange.flag("URX");
        }
        FailureWords words = FailureWords.of(failure);
        exchange.wantsClose |= failure instanceof ProxyFailure.MalformedRequest;
        if (GrpcAnswer.isAskedFor(exchange)) {
            GrpcAnswer.send(exchange, GrpcAnswer.status(failure, words.status()), words.details(), words.body());
            return;
        }
        byte[] body = words.body().getBytes(StandardCharsets.UTF_8);
        HttpHeaders headers = textHeaders(exchange, body);
        if (failure instanceof ProxyFailure.Overloaded || failure instanceof ProxyFailure.Overflow) {
            headers.set(HttpHeaderNames.RETRY_AFTER, SOON);
        }
        send(exchange, words.status(), words.details(), body, headers);
    }

    static void note(Exchange exchange, ProxyFailure failure) {
        FailureWords words = FailureWords.of(failure);
        if (!words.flag().equals(Exchange.NO_FLAGS)) {
            exchange.flag(words.flag());
        }
        exchange.details = words.details();
    }

    /// What every answer of ours says.
    static HttpHeaders headers(Exchange exchange) {
        Downstream client = exchange.client;
        HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        headers.set(HttpHeaderNames.SERVER, SERVER);
        headers.set(
                HttpHeaderNames.DATE,
                HttpDate.now(client.loop(), client.server().ports()));
        return headers;
    }

    /// The same for an answer with this text, if there is any.
    private static HttpHeaders textHeaders(Exchange exchange, byte[] body) {
        HttpHeaders headers = headers(exchange);
        describe(body, headers);
        return headers;
    }

    /// A body is text when nobody says what else it is.
    static void describe(byte[] body, HttpHeaders headers) {
        if (body.length > 0 && !headers.contains(HttpHeaderNames.CONTENT_TYPE)) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, TEXT);
        }
    }

    /// @param headers whole but for framing and connection
    static void send(Exchange exchange, int status, String details, byte[] body, HttpHeaders headers) {
        Downstream client = exchange.client;
        exchange.status = status;
        exchange.details = details;
        exchange.responseStarted = true;
        exchange.body.discard();
        RequestFacts.edit(headers, exchange.crossOrigin, exchange, headers);
        HttpResponseStatus line = HttpResponseStatus.valueOf(status);
        boolean bodiless = status == 204 || status == 304;
        Framing framing = bodiless ? Framing.NONE : new Framing(Framing.Kind.LENGTH, body.length);
        client.answer(exchange, line, headers, framing);
        if (!bodiless && body.length > 0 && !exchange.isHead()) {
            client.writeBody(exchange, framing, Unpooled.wrappedBuffer(body));
        }
        client.endResponse(exchange, framing, EmptyHttpHeaders.INSTANCE);
        client.flushSoon();
    }

    /// Whether what is still to come of the request is known to be nothing, or little and will come.
    static boolean isDrainable(Exchange exchange) {
        return !exchange.framing.hasBody()
                || (exchange.framing.kind() == Framing.Kind.LENGTH
                        && exchange.framing.length() <= DRAINABLE
                        && !exchange.expectsContinue);
    }
}
