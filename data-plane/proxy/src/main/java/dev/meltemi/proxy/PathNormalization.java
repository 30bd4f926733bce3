package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.NormalizedPath;

/// Everybody behind it, rules and application alike, sees the same path.
final class PathNormalization implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        exchange.path =
                NormalizedPath.of(exchange.path, exchange.table.entrance().paths());
        next.proceed(exchange);
    }
}
