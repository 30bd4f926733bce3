package dev.meltemi.proxy;

import io.netty.util.AsciiString;
import java.util.List;

/// Headers by which the mesh speaks to itself mean nothing from a caller that wasn't proven: who it is
/// (`x-forwarded-client-cert`), and orders to a proxy (`x-envoy-…`).
final class ForgedHeaders implements RequestFilter {
    private static final List<AsciiString> NAMES = List.of(
            AsciiString.cached("x-forwarded-client-cert"),
            AsciiString.cached("x-envoy-external-address"),
            AsciiString.cached("x-envoy-internal"),
            AsciiString.cached("x-envoy-attempt-count"));

    @Override
    public void onRequest(Exchange exchange, Next next) {
        for (AsciiString name : NAMES) {
            exchange.headers.remove(name);
        }
        next.proceed(exchange);
    }
}
