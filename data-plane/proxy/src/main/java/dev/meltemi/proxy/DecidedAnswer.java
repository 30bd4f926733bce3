package dev.meltemi.proxy;

import dev.meltemi.routing.Decision;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/// Gives the answers that a rule gives by itself; passes on what has a destination.
final class DecidedAnswer implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        switch (exchange.decision) {
            case Decision.Forward forward -> {
                exchange.forward = forward;
                next.proceed(exchange);
            }
            case Decision.Redirect redirect -> {
                closeUnlessShort(exchange);
                HttpHeaders headers = LocalReply.headers(exchange);
                headers.set(HttpHeaderNames.LOCATION, redirect.location());
                exchange.status = redirect.status();
                RequestFacts.edit(headers, redirect.responseEdits(), exchange, headers);
                LocalReply.send(exchange, redirect.status(), "direct_response", LocalReply.NO_BODY, headers);
            }
            case Decision.Respond respond -> {
                closeUnlessShort(exchange);
                HttpHeaders headers = LocalReply.headers(exchange);
                exchange.status = respond.status();
                RequestFacts.edit(headers, respond.responseEdits(), exchange, headers);
                LocalReply.describe(respond.body(), headers);
                LocalReply.send(exchange, respond.status(), "direct_response", respond.body(), headers);
            }
            case Decision.Refuse refuse -> {
                if (!CrossOriginCalls.answered(exchange, refuse.route())) {
                    closeUnlessShort(exchange);
                    LocalReply.fail(exchange, refuse.failure());
                }
            }
            case null -> throw new IllegalStateException("no decision was taken before");
        }
    }

    static void closeUnlessShort(Exchange exchange) {
        exchange.wantsClose |= exchange.framing.hasBody() && !LocalReply.isDrainable(exchange);
    }
}
