package dev.meltemi.proxy;

import dev.meltemi.proxy.overload.Action;
import dev.meltemi.proxy.overload.Overload;
import dev.meltemi.routing.ProxyFailure;

/// Refuses a new request while the proxy has too much of something: what is under way shall end well.
final class LoadShedding implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        Overload overload = exchange.client.server().overload();
        if (overload.sheds()) {
            overload.did(Action.STOP_ACCEPTING_REQUESTS);
            exchange.wantsClose = true;
            LocalReply.fail(exchange, new ProxyFailure.Overloaded(overload.reason()));
        } else {
            next.proceed(exchange);
        }
    }
}
