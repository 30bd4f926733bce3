package dev.meltemi.proxy;

/// Asks the table, once.
final class RouteDecision implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        exchange.decision = exchange.table.decide(exchange, exchange.client.loop().random);
        next.proceed(exchange);
    }
}
