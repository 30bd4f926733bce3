package dev.meltemi.proxy;

/// The end of the way: sends the request on, see {@link Attempts}.
final class Forwarding implements RequestFilter {
    @Override
    public void onRequest(Exchange exchange, Next next) {
        boolean canBeSentAgain = exchange.mirrors != null
                || (exchange.forward != null
                        && exchange.forward.route().retries().attempts() > 0);
        if (canBeSentAgain && exchange.framing.hasBody()) {
            exchange.body.keep(exchange.client.server().settings().limits().replay());
        }
        if (exchange.requestEnded) {
            // It ended while a fault delayed it.
            Mirroring.onRequestEnd(exchange);
        }
        exchange.attempts = new Attempts(exchange);
        exchange.attempts.start();
    }
}
