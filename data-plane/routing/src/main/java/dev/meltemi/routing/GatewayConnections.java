package dev.meltemi.routing;

import dev.meltemi.routing.ConnectionDecision.Termination;
import dev.meltemi.routing.ServedGateways.Served;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a gateway does with connections: by port, and by the server name of a TLS client's hello, the closest host
/// first. A connection that no server takes is closed.
final class GatewayConnections {
    /// VirtualServices exported to named namespaces, then public ones; then the oldest.
    private static final Comparator<ConnectionRules> ORDER = Comparator.<ConnectionRules, Boolean>comparing(
                    rules -> rules.getExportTo().contains("*"))
            .thenComparingLong(ConnectionRules::getCreated)
            .thenComparing(ConnectionRules::getRule);

    private final Map<Integer, Port> byPort;

    private GatewayConnections(Map<Integer, Port> byPort) {
        this.byPort = Map.copyOf(byPort);
    }

    /// @param plaintext null: no plaintext server
    /// @param encrypted by host; what none of a host's rules takes goes on to the next wider one
    /// @param automatic by the server names that sidecars make of clusters
    record Port(
            @Nullable ConnectionList plaintext,
            HostIndex<List<ConnectionRule>> encrypted,
            Map<String, ConnectionDecision> automatic) {}

    /// @param services by name, all that there are
    static GatewayConnections of(
            Workload self, List<Served> servers, Destinations destinations, Map<String, ServiceRoutes> services) {
        var making = new TreeMap<Integer, Making>();
        for (Served served : servers) {
            making.computeIfAbsent(served.server().getPort(), _ -> new Making(self, destinations, services))
                    .add(served);
        }
        var byPort = new HashMap<Integer, Port>();
        making.forEach((port, made) -> byPort.put(port, made.port()));
        return new GatewayConnections(byPort);
    }

    /// All but what every plaintext HTTP port does.
    List<ConnectionRows.Listed> listed() {
        var all = new ArrayList<ConnectionRows.Listed>();
        byPort.forEach((number, port) -> {
            ConnectionList plaintext = port.plaintext();
            if (plaintext != null && !(plaintext.otherwise() instanceof ConnectionDecision.Requests)) {
                all.add(new ConnectionRows.Listed("*", number, plaintext));
            }
            port.encrypted()
                    .all()
                    .forEach((host, rules) ->
                            all.add(new ConnectionRows.Listed(host, number, new ConnectionList(rules, closed()))));
            port.automatic()
                    .forEach((sni, decision) ->
                            all.add(new ConnectionRows.Listed(sni, number, new ConnectionList(List.of(), decision))));
        });
        return all;
    }

    Expected expects(int number) {
        Port port = byPort.get(number);
        if (port == null) {
            return Expected.REQUESTS;
        }
        ConnectionList plaintext = port.plaintext();
        boolean encrypted =
                !port.encrypted().all().isEmpty() || !port.automatic().isEmpty();
        if (encrypted || plaintext == null) {
            return Expected.SERVER_NAME;
        }
        return plaintext.otherwise() instanceof ConnectionDecision.Requests ? Expected.REQUESTS : Expected.WHOLE;
    }

    ConnectionDecision connect(ConnectionHead head, RandomGenerator random) {
        Port port = byPort.get(head.port());
        if (port == null) {
            return closed();
        }
        ConnectionDecision encrypted = head.tls() ? encrypted(port, head, random) : null;
        if (encrypted != null) {
            return encrypted;
        }
        ConnectionList plaintext = port.plaintext();
        return plaintext == null ? closed() : plaintext.decide(head, random);
    }

    private static @Nullable ConnectionDecision encrypted(Port port, ConnectionHead head, RandomGenerator random) {
        String name = head.sni() == null ? "" : head.sni().toLowerCase(Locale.ROOT);
        ConnectionDecision automatic = port.automatic().get(name);
        if (automatic != null) {
            return automatic;
        }
        for (List<ConnectionRule> rules : port.encrypted().findAll(name)) {
            for (ConnectionRule rule : rules) {
                if (rule.matches(head)) {
                    return rule.decide(random);
                }
            }
        }
        return null;
    }

    private static ConnectionDecision closed() {
        return new ConnectionDecision.Close(new ProxyFailure.NoRoute(), Edge.Service.UNKNOWN);
    }

    /// The servers of one port, put together.
    private static final class Making {
        private final Workload self;
        private final Destinations destinations;
        private final Map<String, ServiceRoutes> services;
        private final Map<String, List<ConnectionRule>> encrypted = new HashMap<>();
        private final Map<String, ConnectionDecision> automatic = new HashMap<>();
        private @Nullable ConnectionList plaintext;

        Making(Workload self, Destinations destinations, Map<String, ServiceRoutes> services) {
            this.self = self;
            this.destinations = destinations;
            this.services = services;
        }

        Port port() {
            return new Port(plaintext, new HostIndex<>(encrypted), automatic);
        }

        void add(Served served) {
            if (served.isPlaintext()) {
                plaintext = plaintext == null ? plaintext(served) : plaintext;
            } else if (served.server().getTlsMode().equals("PASSTHROUGH")) {
                for (GatewayHost host : served.server().getHosts()) {
                    at(host.getHost()).addAll(compiled(served, host.getTls(), null));
                }
            } else if (served.isPassthrough()) {
                automatic(served);
            } else {
                List<ConnectionRule> rules = terminating(served);
                served.hosts().forEach(host -> at(host).addAll(rules));
            }
        }

        private ConnectionList plaintext(Served served) {
            return served.isHttp()
                    ? new ConnectionList(List.of(), new ConnectionDecision.Requests(null))
                    : new ConnectionList(compiled(served, plain(served), null), closed());
        }

        private List<ConnectionRule> terminating(Served served) {
            GatewayServer server = served.server();
            var termination = new Termination(
                    served.gateway().getGateway(),
                    server.getPortName(),
                    server.getTlsMode(),
                    server.getTlsCredentials(),
                    settings(server),
                    destinations.otherTls());
            return served.isHttp()
                    ? List.of(ConnectionRule.always(new ConnectionDecision.Requests(termination)))
                    : compiled(served, plain(served), termination);
        }

        /// A compiler that didn't know them told names only.
        private static ServerTlsSettings settings(GatewayServer server) {
            ServerTlsSettings told = server.getTlsSettings();
            return told != null
                    ? told
                    : ServerTlsSettings.newBuilder()
                            .setCredentialNames(server.getTlsCredentials())
                            .build();
        }

        private List<ConnectionRule> compiled(
                Served served, List<ConnectionRules> rules, @Nullable Termination termination) {
            return new ConnectionCompiler(
                            self,
                            served.gateway().getGateway(),
                            destinations,
                            served.server().getPort(),
                            termination)
                    .compile(rules);
        }

        private List<ConnectionRule> at(String host) {
            return encrypted.computeIfAbsent(host, _ -> new ArrayList<>());
        }

        /// What is said of connections that carry no host, each rule once: of TLSRoutes too, where TLS ends (Istio's
        /// `buildGatewayNetworkFiltersFromTCPRoutes`).
        private static List<ConnectionRules> plain(Served served) {
            return served.server().getHosts().stream()
                    .flatMap(host -> Stream.concat(host.getTcp().stream(), host.getTls().stream()))
                    .distinct()
                    .sorted(ORDER)
                    .toList();
        }

        /// Whatever of the mesh's own services the server's hosts cover, under the names by which sidecars of another
        /// network ask for their clusters: `outbound_.8080_.v1_.reviews.default.svc.cluster.local`.
        private void automatic(Served served) {
            for (String host : services.keySet()) {
                if (served.hosts().stream().anyMatch(pattern -> covers(pattern, host))) {
                    destinations
                            .allOf(host)
                            .forEach(cluster -> automatic.putIfAbsent(
                                    cluster.sni(), new ConnectionDecision.Forward("", cluster, null)));
                }
            }
        }

        private static boolean covers(String pattern, String host) {
            return pattern.startsWith("*") ? host.endsWith(pattern.substring(1)) : pattern.equals(host);
        }
    }
}
