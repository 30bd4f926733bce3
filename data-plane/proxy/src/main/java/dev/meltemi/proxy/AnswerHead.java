package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.HeadWriter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/// An upstream's final head on its way to the caller: edits of the rule, Envoy's timing header, framing written
/// anew. `server` stays the application's own; only our own answers say `meltemi`.
final class AnswerHead {
    private static final AsciiString SERVICE_TIME = AsciiString.cached("x-envoy-upstream-service-time");
    private static final String[] MILLIS = new String[256];

    static {
        for (int i = 0; i < MILLIS.length; i++) {
            MILLIS[i] = Integer.toString(i);
        }
    }

    private AnswerHead() {}

    /// @return how the body goes on to the caller
    static Framing forward(Exchange exchange, HttpResponse head, Framing framing, long upstreamNanos) {
        HttpHeaders headers = head.headers();
        exchange.status = head.status().code();
        if (exchange.forward != null) {
            RequestFacts.edit(headers, exchange.forward.responseEdits(), exchange, headers);
        }
        RequestFacts.edit(headers, exchange.crossOrigin, exchange, headers);
        if (exchange.setCookie != null) {
            headers.add(HttpHeaderNames.SET_COOKIE, exchange.setCookie);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(upstreamNanos);
        headers.set(SERVICE_TIME, millis < MILLIS.length ? MILLIS[(int) millis] : Long.toString(millis));
        Framing onward = framing;
        if (framing.kind() == Framing.Kind.UNTIL_CLOSE || framing.kind() == Framing.Kind.CHUNKED) {
            // HTTP/1.0 knows no chunks.
            onward = exchange.http11 ? Framing.CHUNKED : Framing.UNTIL_CLOSE;
        }
        exchange.responseStarted = true;
        AsciiString connection = LocalReply.connection(exchange, onward);
        // The standard phrase: what the upstream wrote there is nobody's business.
        HttpResponseStatus status = HttpResponseStatus.valueOf(exchange.status);
        exchange.client.write(
                exchange, HeadWriter.response(exchange.client.allocator(), status, headers, onward, connection));
        return onward;
    }
}
