package dev.meltemi.proxy;

import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Route;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Sends a copy of some requests elsewhere and forgets the answers. A copy can't slow the original: it is made
/// when the original has been read, of bodies no longer than what is kept for retries, and dropped when too many
/// are under way. A request to leave HTTP has no copy: nobody would go on with it.
final class Mirroring implements RequestFilter {
    /// Copies that wait for the body to be complete.
    record Pending(List<Cluster> targets) {}

    @Override
    public void onRequest(Exchange exchange, Next next) {
        List<Route.MirrorTarget> targets = exchange.forward == null || exchange.upgrade != null
                ? List.of()
                : exchange.forward.route().mirrors();
        if (!targets.isEmpty()) {
            var drawn = new ArrayList<Cluster>(targets.size());
            for (Route.MirrorTarget target : targets) {
                if (exchange.client.loop().random.nextDouble() * 100 < target.percent()) {
                    drawn.add(target.cluster());
                }
            }
            exchange.mirrors = drawn.isEmpty() ? null : new Pending(drawn);
        }
        next.proceed(exchange);
    }

    /// The whole request has come.
    static void onRequestEnd(Exchange exchange) {
        Pending pending = exchange.mirrors;
        if (pending == null) {
            return;
        }
        exchange.mirrors = null;
        for (Cluster target : pending.targets()) {
            List<ByteBuf> body = exchange.framing.hasBody() ? exchange.body.share() : List.of();
            if (body != null) {
                Mirror.send(exchange, target, body);
            }
        }
    }
}
