package dev.meltemi.routing;

import dev.meltemi.routing.Registrations.Served;
import dev.meltemi.schemas.access.Edge;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a sidecar does with connections of its application: by the address or name that was asked for; where that is an
/// instance's own address, as without virtual addresses, by the service that it serves there; else, where the address
/// belongs to nobody, by the server name among services that speak TLS at that port, as Istio's wildcard listeners do.
final class OutboundConnections {
    private final Function<String, @Nullable VirtualHost> byName;
    private final HostIndex<VirtualHost> index;
    private final SubnetIndex ranges;
    private final @Nullable Cluster passthrough;
    private final Clusters clusters;
    private final Map<Integer, Expected> elsewhere;

    /// @param byName by address or by a name that the application may use
    /// @param passthrough where connections go that nobody declared; null: nowhere
    OutboundConnections(
            Map<String, VirtualHost> byHost,
            Function<String, @Nullable VirtualHost> byName,
            HostIndex<VirtualHost> index,
            SubnetIndex ranges,
            @Nullable Cluster passthrough,
            Clusters clusters) {
        this.byName = byName;
        this.index = index;
        this.ranges = ranges;
        this.passthrough = passthrough;
        this.clusters = clusters;
        this.elsewhere = elsewhere(byHost);
    }

    /// At an address that nobody declared: a port at which no service speaks anything but TCP tells all, else the
    /// first octets do.
    private static Map<Integer, Expected> elsewhere(Map<String, VirtualHost> byHost) {
        var sniffed = new HashMap<Integer, Expected>();
        byHost.values()
                .forEach(host -> host.connections().expected().forEach((port, expected) -> {
                    if (expected != Expected.WHOLE
                            || host.connections().tlsPorts().contains(port)) {
                        sniffed.put(port, Expected.SNIFFED);
                    }
                }));
        return Map.copyOf(sniffed);
    }

    /// Where somebody is to be found.
    ///
    /// @param only the instance that was asked for; null: whichever
    private record Found(
            VirtualHost host, int port, @Nullable Served only) {
        @Nullable
        ConnectionList list() {
            return host.connections().byPort().get(port);
        }
    }

    Expected expects(@Nullable String destination, int port) {
        if (destination == null) {
            return Expected.REQUESTS;
        }
        Found found = found(destination.toLowerCase(Locale.ROOT), port);
        Expected declared =
                found == null ? null : found.host.connections().expected().get(found.port);
        return declared == null ? elsewhere.getOrDefault(port, Expected.WHOLE) : declared;
    }

    ConnectionDecision connect(ConnectionHead head, RandomGenerator random) {
        String destination =
                head.destination() == null ? "" : head.destination().toLowerCase(Locale.ROOT);
        Found found = found(destination, head.port());
        if (found == null) {
            VirtualHost named = byServerName(head);
            found = named == null ? null : new Found(named, head.port(), null);
        }
        ConnectionList list = found == null ? null : found.list();
        if (list == null || found == null) {
            return undeclared(destination, head.port());
        }
        ConnectionDecision decided = list.decide(head, random);
        return found.only != null && decided.equals(list.otherwise())
                ? only(decided, found.only)
                : towards(decided, found.host.service(), destination, head);
    }

    private @Nullable Found found(String destination, int port) {
        VirtualHost host = destination.isEmpty() ? null : byName.apply(destination);
        host = host == null ? ranges.find(destination) : host;
        if (host != null) {
            return new Found(host, port, null);
        }
        Served served = clusters.servedAt(destination, port);
        VirtualHost owner = served == null ? null : byName.apply(served.host());
        return owner == null || served == null ? null : new Found(owner, served.servicePort(), served);
    }

    private @Nullable VirtualHost byServerName(ConnectionHead head) {
        VirtualHost named = head.sni() == null ? null : index.find(head.sni().toLowerCase(Locale.ROOT));
        return named != null && named.connections().tlsPorts().contains(head.port()) ? named : null;
    }

    private ConnectionDecision undeclared(String destination, int port) {
        if (passthrough != null && !destination.isEmpty()) {
            var service = new Edge.Service(destination, OutboundHosts.PASSTHROUGH, "unknown");
            return new ConnectionDecision.Passthrough(passthrough.towards(service, destination, port));
        }
        var service = new Edge.Service(destination, OutboundHosts.BLACK_HOLE, "unknown");
        if (passthrough == null && !destination.isEmpty()) {
            // Istio's BlackHoleCluster is one without endpoints
            return new ConnectionDecision.Close(new ProxyFailure.NoHealthyEndpoint(OutboundHosts.BLACK_HOLE), service);
        }
        return new ConnectionDecision.Close(new ProxyFailure.NoRoute(), service);
    }

    /// Who calls one instance wants that one, as members of a cluster do of each other; rules come before.
    private static ConnectionDecision only(ConnectionDecision decided, Served served) {
        return decided instanceof ConnectionDecision.Forward(var rule, var cluster, var terminated)
                ? new ConnectionDecision.Forward(rule, cluster.only(served.address(), served.port()), terminated)
                : decided;
    }

    /// A cluster without endpoints of its own sends to where the caller wanted to go.
    private static ConnectionDecision towards(
            ConnectionDecision decided, Edge.Service service, String destination, ConnectionHead head) {
        if (!(decided instanceof ConnectionDecision.Forward(var rule, var cluster, var terminated))
                || !cluster.followsCaller()) {
            return decided;
        }
        String sni = head.sni();
        String wanted = destination.isEmpty() && sni != null ? sni : destination;
        return wanted.isEmpty()
                ? decided
                : new ConnectionDecision.Forward(rule, cluster.towards(service, wanted, head.port()), terminated);
    }
}
