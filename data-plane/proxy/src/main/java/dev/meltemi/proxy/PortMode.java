package dev.meltemi.proxy;

import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.routing.RouteTable;
import org.jspecify.annotations.Nullable;

/// What {@link FirstBytes} decided for a connection, once more for a request: a rule or a revocation may have come
/// since, and the application's port may have a stricter rule than the port at which the caller arrived.
final class PortMode implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        Downstream client = exchange.client;
        Listening.Application application = exchange.application;
        int port = application == null ? client.accepted().port() : application.servicePort();
        String why = refuses(exchange.table, port, client.caller().peer() != null);
        if (why == null) {
            why = client.caller().doubted(client.server().tls());
        }
        if (why == null) {
            next.proceed(exchange);
        } else {
            exchange.wantsClose = true;
            LocalReply.fail(exchange, new ProxyFailure.Refusing(why));
        }
    }

    /// @return why nobody gets in at that port, or not in plaintext; null: the caller does
    static @Nullable String refuses(RouteTable table, int port, boolean secured) {
        String closedBy = table.closedBy(port);
        if (closedBy != null) {
            return "nobody gets in at port " + port + ": " + closedBy + " says what this version can't read";
        }
        return switch (table.mutualTls(port)) {
            case DISABLE, PERMISSIVE -> null;
            case STRICT -> secured ? null : "plaintext to port " + port + ", whose mTLS mode is STRICT";
        };
    }
}
