package dev.meltemi.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Continues the trace that a request belongs to, or begins one (W3C Trace Context), as a span of its own: the
/// destination's parent is this proxy. `tracestate` and `baggage` pass as they are. Gives the request an id.
final class TraceContext implements RequestFilter {
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
    private static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int SPAN = 36;
    private static final String NOT_SAMPLED = "-00";
    private static final int LENGTH = 55;
    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);
    private static final byte[] NO_PARENT =
            ("00-" + NO_TRACE + "-" + NO_SPAN + NOT_SAMPLED).getBytes(StandardCharsets.US_ASCII);

    @Override
    public void onRequest(Exchange exchange, Next next) {
        RandomGenerator random = exchange.client.loop().random;
        HttpHeaders headers = exchange.headers;
        String received = headers.get(TRACEPARENT);
        byte[] octets = NO_PARENT.clone();
        writeId(octets, SPAN, random);
        if (received != null && isValid(received)) {
            exchange.parentSpanId = received.substring(SPAN, 52);
            copy(received, 3, 35, octets);
            copy(received, 52, LENGTH, octets);
        } else {
            writeId(octets, 3, random);
            writeId(octets, 19, random);
            headers.remove(TRACESTATE);
            double percent = exchange.client.server().settings().sampledPercent();
            octets[LENGTH - 1] = (byte) (random.nextDouble() * 100 < percent ? '1' : '0');
        }
        String parent = new String(octets, StandardCharsets.ISO_8859_1);
        exchange.traceId = parent.substring(3, 35);
        exchange.spanId = parent.substring(SPAN, 52);
        headers.set(TRACEPARENT, parent);
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
    private static void writeId(byte[] octets, int at, RandomGenerator random) {
        long id = random.nextLong() | 1L;
        for (int i = 15; i >= 0; i--) {
            octets[at + i] = HEX[(int) id & 15];
            id >>>= 4;
        }
    }

    private static void copy(String text, int from, int to, byte[] octets) {
        for (int i = from; i < to; i++) {
            octets[i] = (byte) text.charAt(i);
        }
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
