package dev.meltemi.proxy;

import io.netty.util.AsciiString;

/// Tells everybody behind the gateway who called it: appended to what came, as Envoy does without trusted proxies
/// in front.
final class ForwardedFor implements RequestFilter {
    private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");

    @Override
    public void onRequest(Exchange exchange, Next next) {
        String caller = exchange.client.caller().host;
        String before = exchange.headers.get(FOR);
        if (before == null) {
            exchange.headers.set(FOR, caller);
        } else {
            String all = String.join(",", exchange.headers.getAll(FOR));
            exchange.headers.set(FOR, all + "," + caller);
        }
        exchange.headers.set(PROTO, exchange.scheme());
        next.proceed(exchange);
    }
}
