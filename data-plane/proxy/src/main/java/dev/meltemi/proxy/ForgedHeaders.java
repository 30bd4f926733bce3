package dev.meltemi.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/// Headers by which the mesh speaks to itself mean nothing from a caller that wasn't proven: who it is
/// (`x-forwarded-client-cert`, `x-envoy-peer-metadata`), and orders to a proxy (`x-envoy-…`).
/// {@link OutsideHeaders} is the same at a gateway.
final class ForgedHeaders implements RequestFilter {
    static final AsciiString CLIENT_CERTIFICATE = AsciiString.cached("x-forwarded-client-cert");

    private static final List<AsciiString> NAMES = List.of(
            CLIENT_CERTIFICATE,
            PeerLabels.HEADER,
            PeerLabels.ID_HEADER,
            AsciiString.cached("x-envoy-external-address"),
            AsciiString.cached("x-envoy-internal"),
            AsciiString.cached("x-envoy-attempt-count"));

    @Override
    public void onRequest(Exchange exchange, Next next) {
        strip(exchange.headers);
        next.proceed(exchange);
    }

    static void strip(HttpHeaders headers) {
        for (AsciiString name : NAMES) {
            headers.remove(name);
        }
    }
}
