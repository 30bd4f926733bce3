package dev.meltemi.proxy;

import dev.meltemi.routing.Decision;
import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.access.Edge;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An exchange that has ended, as the access entry that tells of it.
final class AccessLine {
    private AccessLine() {}

    private static final Decision UNDECIDED = new Decision.Refuse(new ProxyFailure.NoRoute());

    static AccessEntry of(Exchange exchange, long now) {
        Downstream client = exchange.client;
        String grpcStatus = GrpcAnswer.told(exchange);
        return new AccessEntry(
                grpcStatus.isEmpty() ? edge(exchange) : edge(exchange).asGrpc(),
                exchange.startMicros,
                TimeUnit.NANOSECONDS.toMicros(now - exchange.startNanos),
                exchange.upstreamFirstByteNanos < 0
                        ? -1
                        : TimeUnit.NANOSECONDS.toMicros(exchange.upstreamFirstByteNanos - exchange.startNanos),
                exchange.method.name(),
                exchange.receivedTarget,
                exchange.authority,
                exchange.protocol.text(),
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
                client.caller().local,
                grpcStatus,
                GrpcMessages.seen(exchange.body.messages()),
                GrpcMessages.seen(exchange.answerMessages));
    }

    /// Tells of a connection that was closed before it could send a request. Envoy says the same of plaintext to a
    /// port without a filter chain for it.
    static void refused(Accepted accepted, Refusal refusal, String why) {
        ProxyPorts ports = accepted.server.ports();
        boolean noChain = refusal == Refusal.PLAINTEXT || refusal == Refusal.CLOSED;
        String words = why.replace(' ', '_');
        ports.telemetry()
                .offer(new AccessEntry(
                        inbound(accepted, ports.table().get(), null),
                        ports.micros(),
                        0,
                        -1,
                        "-",
                        "-",
                        "",
                        protocol(refusal).text(),
                        0,
                        noChain ? "NR" : refusal == Refusal.OVERLOAD ? "OM" : "DPE",
                        noChain
                                ? "filter_chain_not_found|" + words
                                : refusal == Refusal.OVERLOAD ? "overload|" + words : words,
                        0,
                        0,
                        0,
                        "",
                        "",
                        "",
                        null,
                        "",
                        null,
                        accepted.caller.remote,
                        accepted.caller.local));
    }

    private static Protocol protocol(Refusal refusal) {
        return switch (refusal) {
            case BROKEN_HTTP_2, FLOOD -> Protocol.HTTP_2;
            case OVERLOAD, PLAINTEXT, CLOSED, NO_CREDENTIAL, NO_IDENTITY, PEER, HANDSHAKE, TIMEOUT, LEFT, NOT_HTTP ->
                Protocol.HTTP_1_1;
        };
    }

    private static Edge inbound(Accepted accepted, RouteTable table, Listening.@Nullable Application application) {
        return application == null
                ? accepted.caller.edge(table, accepted.port(), "")
                : accepted.caller.edge(table, application.servicePort(), application.text());
    }

    private static Edge edge(Exchange exchange) {
        Listening listening = exchange.client.listening();
        if (listening.kind() == Listening.Kind.INBOUND) {
            return inbound(exchange.client.accepted(), exchange.table, exchange.application);
        }
        Decision decision = exchange.decision;
        return exchange.table.edge(
                decision == null ? UNDECIDED : decision,
                exchange.endpoint,
                exchange.upstreamPeer == null ? null : exchange.upstreamPeer.calling());
    }
}
