package dev.meltemi.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/// Tells everybody behind the gateway who called it: its caller's address behind those that came, as Envoy does at an
/// edge. Of what came only the last entries are believed, as many as proxies in front are trusted (Istio's
/// `numTrustedProxies`); the first of them says who the client is.
final class ForwardedFor implements RequestFilter {
    private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString EXTERNAL = AsciiString.cached("x-envoy-external-address");

    @Override
    public void onRequest(Exchange exchange, Next next) {
        HttpHeaders headers = exchange.headers;
        String caller = exchange.client.caller().host;
        int trusted = exchange.table.entrance().trustedProxies();
        @Nullable String before = headers.contains(FOR) ? String.join(",", headers.getAll(FOR)) : null;
        String told = before == null || trusted == 0 ? null : fromRight(before, trusted);
        exchange.toldClient = told;
        headers.set(FOR, before == null ? caller : before + "," + caller);
        headers.set(EXTERNAL, told == null ? caller : told);
        if (trusted == 0 || !headers.contains(PROTO)) {
            headers.set(PROTO, exchange.scheme());
        }
        next.proceed(exchange);
    }

    /// @param place 1: the last
    /// @return null when there is none or when it is no IP address
    static @Nullable String fromRight(String list, int place) {
        int end = list.length();
        int comma = list.lastIndexOf(',');
        for (int i = 1; i < place; i++) {
            if (comma < 0) {
                return null;
            }
            end = comma;
            comma = list.lastIndexOf(',', end - 1);
        }
        String address = list.substring(comma + 1, end).strip();
        return NetUtil.isValidIpV4Address(address) || NetUtil.isValidIpV6Address(address) ? address : null;
    }
}
