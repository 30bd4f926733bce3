package dev.meltemi.proxy;

import dev.meltemi.routing.CrossOrigin;
import dev.meltemi.routing.Route;
import io.netty.handler.codec.http.HttpHeaders;

/// Answers a browser's preflights, and notes what the answer to a page of another site has to say.
final class CrossOriginCalls implements RequestFilter {
    private static final int OK = 200;

    @Override
    public void onRequest(Exchange exchange, Next next) {
        if (exchange.forward == null || !answered(exchange, exchange.forward.route())) {
            next.proceed(exchange);
        }
    }

    /// Envoy asks the rule before it looks for the destination: also for one that doesn't exist.
    static boolean answered(Exchange exchange, Route route) {
        CrossOrigin rule = route.crossOrigin();
        if (rule == null) {
            return false;
        }
        CrossOrigin.Verdict verdict = rule.of(exchange);
        exchange.crossOrigin = verdict.headers();
        if (verdict.preflight()) {
            DecidedAnswer.closeUnlessShort(exchange);
            HttpHeaders headers = LocalReply.headers(exchange);
            LocalReply.send(exchange, OK, "cors_response", LocalReply.NO_BODY, headers);
        }
        return verdict.preflight();
    }
}
