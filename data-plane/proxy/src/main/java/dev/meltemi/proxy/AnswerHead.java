package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Framing;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
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
    static Framing forward(Exchange exchange, int status, HttpHeaders headers, Framing framing, long upstreamNanos) {
        exchange.status = status;
        if (exchange.forward != null) {
            RequestFacts.edit(headers, exchange.forward.responseEdits(), exchange, headers);
        }
        RequestFacts.edit(headers, exchange.crossOrigin, exchange, headers);
        if (exchange.setCookie != null) {
            headers.add(HttpHeaderNames.SET_COOKIE, exchange.setCookie);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(upstreamNanos);
        headers.set(SERVICE_TIME, millis < MILLIS.length ? MILLIS[(int) millis] : Long.toString(millis));
        exchange.responseStarted = true;
        // The standard phrase: what the upstream wrote there is nobody's business.
        return exchange.client.answer(exchange, HttpResponseStatus.valueOf(exchange.status), headers, framing);
    }
}
