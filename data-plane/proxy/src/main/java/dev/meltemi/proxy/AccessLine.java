package dev.meltemi.proxy;

import dev.meltemi.routing.Decision;
import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.access.Edge;
import java.util.concurrent.TimeUnit;

/// An exchange that has ended, as the access entry that tells of it.
final class AccessLine {
    private AccessLine() {}

    private static final Decision UNDECIDED = new Decision.Refuse(new ProxyFailure.NoRoute());

    static AccessEntry of(Exchange exchange, long now) {
        ClientConnection client = exchange.client;
        return new AccessEntry(
                edge(exchange),
                exchange.startMicros,
                TimeUnit.NANOSECONDS.toMicros(now - exchange.startNanos),
                exchange.upstreamFirstByteNanos < 0
                        ? -1
                        : TimeUnit.NANOSECONDS.toMicros(exchange.upstreamFirstByteNanos - exchange.startNanos),
                exchange.method.name(),
                exchange.receivedTarget,
                exchange.authority,
                exchange.http11 ? "HTTP/1.1" : "HTTP/1.0",
                exchange.status,
                exchange.flags,
                exchange.details,
                exchange.requestBytes,
                exchange.responseBytes,
                exchange.tries,
                exchange.fault,
                exchange.traceId,
                exchange.spanId,
                exchange.parentSpanId,
                exchange.requestId,
                exchange.userAgent(),
                client.caller().remote,
                client.caller().local);
    }

    private static Edge edge(Exchange exchange) {
        Listening listening = exchange.client.listening();
        if (listening.kind() == Listening.Kind.INBOUND) {
            Listening.Application application = exchange.application;
            Caller caller = exchange.client.caller();
            return application == null
                    ? caller.edge(exchange.table, listening.port(), "")
                    : caller.edge(exchange.table, application.servicePort(), application.text());
        }
        Decision decision = exchange.decision;
        return exchange.table.edge(
                decision == null ? UNDECIDED : decision,
                exchange.endpoint,
                exchange.upstreamPeer == null ? null : exchange.upstreamPeer.calling());
    }
}
