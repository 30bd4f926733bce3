package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.GatewayApi;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The servers that one gateway workload serves: those of all Gateways that select it, the oldest first, without what
/// contradicts an older one (Istio's `mergeGateways`). At one address and port all servers speak plaintext HTTP, or
/// one another protocol, or TLS; of TLS servers each name is one's.
final class ServedGateways {
    private static final Set<String> WHOLE = Set.of("TCP", "MONGO", "REDIS", "MYSQL");
    private static final Set<String> HTTP = Set.of("HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB");

    private final List<Served> servers = new ArrayList<>();
    /// The protocol of the plaintext server that was first.
    private final Map<Address, String> plaintext = new HashMap<>();
    private final Set<Name> names = new HashSet<>();

    private ServedGateways() {}

    private record Address(String bind, int port) {}

    private record Name(Address at, String host) {}

    record Served(GatewayRoutes gateway, GatewayServer server) {
        /// Requests are routed there, in plaintext or where TLS ends.
        boolean isHttp() {
            return HTTP.contains(server.getProtocol())
                    || (server.getProtocol().equals("HTTPS") && !isPassthrough() && !isPlaintext());
        }

        /// Whether the proxy speaks what is spoken there, or carries it whole.
        boolean opens() {
            boolean http = server.getProtocol().equals("HTTP") && isPlaintext();
            boolean carried = WHOLE.contains(server.getProtocol()) && isPlaintext();
            return (http || carried || !isPlaintext()) && !server.getBind().startsWith("unix:");
        }

        boolean isPlaintext() {
            return server.getTlsMode().isEmpty();
        }

        boolean isPassthrough() {
            return server.getTlsMode().endsWith("PASSTHROUGH");
        }

        /// Without the namespaces from which rules may come.
        List<String> hosts() {
            return server.getNamedHosts().stream()
                    .map(host -> host.substring(host.indexOf('/') + 1))
                    .toList();
        }
    }

    static List<Served> of(Workload self, Collection<GatewayRoutes> gateways) {
        var served = new ServedGateways();
        for (GatewayRoutes gateway : selecting(self, gateways)) {
            for (GatewayServer server : gateway.getServers()) {
                served.add(new Served(gateway, server));
            }
        }
        return List.copyOf(served.servers);
    }

    /// Those of the Gateway API are served in their own namespace only.
    private static List<GatewayRoutes> selecting(Workload self, Collection<GatewayRoutes> gateways) {
        return gateways.stream()
                .filter(gateway -> gateway.getApi() != GatewayApi.KUBERNETES
                        || gateway.getNamespace().equals(self.namespace()))
                .filter(gateway -> self.labels()
                        .entrySet()
                        .containsAll(gateway.getSelector().entrySet()))
                .sorted(Comparator.comparingLong(GatewayRoutes::getCreated)
                        .thenComparing(gateway -> gateway.getGateway()
                                .substring(gateway.getGateway().indexOf('/') + 1))
                        .thenComparing(GatewayRoutes::getGateway))
                .toList();
    }

    /// What the Gateway API says of conflicts was judged when its Gateway was compiled.
    private void add(Served served) {
        GatewayServer server = served.server();
        var at = new Address(server.getBind(), server.getPort());
        boolean ours = served.gateway().getApi() != GatewayApi.KUBERNETES;
        if (ours && (isTaken(at, served) || contradicts(at, served))) {
            return;
        }
        if (served.isPlaintext()) {
            plaintext.putIfAbsent(at, server.getProtocol());
        }
        servers.add(served);
    }

    private boolean isTaken(Address at, Served served) {
        if (served.isPlaintext() && !served.server().getHttpsRedirect()) {
            return false;
        }
        List<Name> named = served.server().getNamedHosts().stream()
                .map(host -> new Name(at, host))
                .toList();
        if (named.stream().anyMatch(names::contains)) {
            return true;
        }
        names.addAll(named);
        return false;
    }

    /// A TLS server is no neighbour of an older plaintext one, nor is anything but HTTP of HTTP.
    private boolean contradicts(Address at, Served served) {
        String first = plaintext.get(at);
        return first != null
                && !(served.isPlaintext()
                        && HTTP.contains(first)
                        && HTTP.contains(served.server().getProtocol()));
    }
}
