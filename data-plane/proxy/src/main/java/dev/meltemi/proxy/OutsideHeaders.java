package dev.meltemi.proxy;

import dev.meltemi.routing.Entrance.ForwardedCertificate;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Nobody outside speaks in the mesh's own words: `x-envoy-…` and `x-meltemi-…` end here, whatever they are. Of
/// `x-forwarded-client-cert` the mesh config says how much is believed.
final class OutsideHeaders implements RequestFilter {
    private static final List<AsciiString> PREFIXES =
            List.of(AsciiString.cached("x-envoy-"), AsciiString.cached("x-meltemi-"));

    @Override
    public void onRequest(Exchange exchange, Next next) {
        HttpHeaders headers = exchange.headers;
        List<CharSequence> own = new ArrayList<>(0);
        var all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            if (isOurs(header.getKey())) {
                own.add(header.getKey());
            }
        }
        own.forEach(headers::remove);
        certificate(
                headers,
                exchange.table.entrance().certificate(),
                exchange.client.caller().forwardedCertificate());
        next.proceed(exchange);
    }

    private static boolean isOurs(CharSequence name) {
        for (AsciiString prefix : PREFIXES) {
            if (AsciiString.regionMatches(name, true, 0, prefix, 0, prefix.length())) {
                return true;
            }
        }
        return false;
    }

    /// As Envoy's `forward_client_cert_details`.
    ///
    /// @param proven what is to be said of the caller's certificate; null: it has shown none
    static void certificate(HttpHeaders headers, ForwardedCertificate way, @Nullable String proven) {
        AsciiString name = ForgedHeaders.CLIENT_CERTIFICATE;
        if (way == ForwardedCertificate.ALWAYS_FORWARD_ONLY || !(headers.contains(name) || proven != null)) {
            return;
        }
        if (proven == null) {
            headers.remove(name);
            return;
        }
        switch (way) {
            case SANITIZE -> headers.remove(name);
            case SANITIZE_SET -> headers.set(name, proven);
            case APPEND_FORWARD -> {
                List<String> before = headers.getAll(name);
                headers.set(name, before.isEmpty() ? proven : String.join(",", before) + "," + proven);
            }
            case FORWARD_ONLY, ALWAYS_FORWARD_ONLY -> {}
        }
    }
}
