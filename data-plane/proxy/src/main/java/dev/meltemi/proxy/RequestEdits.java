package dev.meltemi.proxy;

import dev.meltemi.routing.Decision;
import dev.meltemi.routing.Route;

/// What the rule changes about a request before it goes on: path, authority, headers.
final class RequestEdits implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        exchange.upstreamPath = exchange.path;
        exchange.upstreamAuthority = exchange.authority;
        Decision.Forward forward = exchange.forward;
        if (forward != null) {
            Route route = forward.route();
            Route.PathRewrite rewrite = route.rewrite();
            if (rewrite != null) {
                exchange.upstreamPath = rewrite.apply(exchange.path);
            }
            String authority = route.authorityRewrite();
            if (authority != null) {
                exchange.upstreamAuthority = authority;
            }
            RequestFacts.edit(exchange.headers, forward.requestEdits(), exchange, null);
        }
        next.proceed(exchange);
    }
}
