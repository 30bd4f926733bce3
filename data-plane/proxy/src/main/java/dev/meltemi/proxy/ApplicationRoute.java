package dev.meltemi.proxy;

import dev.meltemi.routing.ProxyFailure;

/// Finds our own application's port.
final class ApplicationRoute implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        exchange.upstreamPath = exchange.path;
        exchange.upstreamAuthority = exchange.authority;
        exchange.application = exchange.client.accepted().application(exchange.authority);
        if (exchange.application == null) {
            DecidedAnswer.closeUnlessShort(exchange);
            LocalReply.fail(exchange, new ProxyFailure.NoRoute());
        } else {
            exchange.applicationPool = exchange.table.inboundPool(exchange.application.servicePort());
            next.proceed(exchange);
        }
    }
}
