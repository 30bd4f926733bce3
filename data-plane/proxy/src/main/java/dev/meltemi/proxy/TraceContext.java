package dev.meltemi.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.HexFormat;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Continues the trace that a request belongs to, or begins one (W3C Trace Context), as a span of its own: the
/// destination's parent is this proxy. `tracestate` and `baggage` pass as they are. Gives the request an id.
final class TraceContext implements RequestFilter {
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
    private static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");
    private static final HexFormat HEX = HexFormat.of();
    private static final String NOT_SAMPLED = "-00";
    private static final int LENGTH = 55;
    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);

    @Override
    public void onRequest(Exchange exchange, Next next) {
        RandomGenerator random = exchange.client.loop().random;
        HttpHeaders headers = exchange.headers;
        exchange.spanId = id(random);
        String received = headers.get(TRACEPARENT);
        String flags;
        if (received != null && isValid(received)) {
            exchange.traceId = received.substring(3, 35);
            exchange.parentSpanId = received.substring(36, 52);
            flags = received.substring(52, LENGTH);
        } else {
            exchange.traceId = id(random).concat(id(random));
            headers.remove(TRACESTATE);
            double percent = exchange.client.server().settings().sampledPercent();
            flags = random.nextDouble() * 100 < percent ? "-01" : NOT_SAMPLED;
        }
        headers.set(TRACEPARENT, "00-" + exchange.traceId + "-" + exchange.spanId + flags);
        exchange.requestId = requestId(headers, random);
        next.proceed(exchange);
    }

    /// The same for a copy of the request that no trace shall hold: it says of itself that it isn't sampled, as Istio
    /// has it for mirrors.
    static HttpHeaders unsampled(HttpHeaders headers) {
        HttpHeaders copy = headers.copy();
        String parent = copy.get(TRACEPARENT);
        if (parent != null) {
            copy.set(TRACEPARENT, parent.substring(0, parent.length() - NOT_SAMPLED.length()) + NOT_SAMPLED);
        }
        return copy;
    }

    private static String requestId(HttpHeaders headers, RandomGenerator random) {
        @Nullable String given = headers.get(REQUEST_ID);
        if (given != null && !given.isEmpty()) {
            return given;
        }
        // RFC 9562, version 4.
        long high = (random.nextLong() & 0xffff_ffff_ffff_0fffL) | 0x4000L;
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        String id = new UUID(high, low).toString();
        headers.set(REQUEST_ID, id);
        return id;
    }

    /// Sixteen hexadecimal digits, not all zero.
    private static String id(RandomGenerator random) {
        return HEX.toHexDigits(random.nextLong() | 1L);
    }

    /// Version 00, or a later one whose beginning reads alike.
    private static boolean isValid(String text) {
        if (text.length() < LENGTH || text.charAt(2) != '-' || text.charAt(35) != '-' || text.charAt(52) != '-') {
            return false;
        }
        if (text.length() > LENGTH && (text.startsWith("00") || text.charAt(LENGTH) != '-')) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean dash = i == 2 || i == 35 || i == 52;
            if (!dash && !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return !text.startsWith("ff") && !text.startsWith(NO_TRACE, 3) && !text.startsWith(NO_SPAN, 36);
    }
}
