package dev.meltemi.proxy;

import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.ConnectionMatch;
import dev.meltemi.schemas.compiled.ConnectionRoute;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.MutualTls;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One service, `db` on port 5432, that speaks whatever a test says, with its endpoints; seen by a sidecar beside one
/// of its instances, or by a gateway.
final class ConnectionRulesInForce {
    static final String DB = "db.default.svc.cluster.local";
    static final int PORT = 5432;
    private static final String WEB = "web.default.svc.cluster.local";
    private static final String SELF = "caller-v1~1";

    static {
        AvroLimits.set();
    }

    private final Clusters clusters = new Clusters();
    private final Map<String, ServiceEndpoint> endpoints = new HashMap<>();
    private volatile RouteTable table;
    private String protocol = "TCP";
    private List<String> addresses = List.of();
    private List<DestinationPolicy> policies = List.of();
    private List<ConnectionRules> tls = List.of();
    private final Map<String, GatewayRoutes> gateways = new HashMap<>();
    private final Map<String, Settings> settings = new HashMap<>();
    private Map<String, AccessRules> access = Map.of();
    private Map<String, ServiceRoutes> others = Map.of();
    private boolean gateway;
    private long sequence;

    ConnectionRulesInForce() {
        table = compile();
    }

    RouteTable table() {
        return table;
    }

    ConnectionRulesInForce protocol(String named) {
        protocol = named;
        return changed();
    }

    ConnectionRulesInForce address(String virtual) {
        addresses = List.of(virtual);
        return changed();
    }

    ConnectionRulesInForce endpoint(InetSocketAddress at) {
        return endpoint("instance-" + endpoints.size(), at, false);
    }

    /// One that takes mesh mTLS as `spiffe://cluster.local/ns/default/sa/db`.
    ConnectionRulesInForce meshEndpoint(InetSocketAddress at) {
        return endpoint("instance-" + endpoints.size(), at, true);
    }

    /// The workload itself is one of the service's instances.
    ConnectionRulesInForce serves(InetSocketAddress at) {
        return endpoint(SELF, at, false);
    }

    private ConnectionRulesInForce endpoint(String instance, InetSocketAddress at, boolean mtls) {
        endpoints.put(
                DB + "/" + instance,
                ServiceEndpoint.newBuilder()
                        .setHost(DB)
                        .setInstance(instance)
                        .setAddress(at.getAddress().getHostAddress())
                        .setPorts(Map.of(Integer.toString(PORT), at.getPort()))
                        .setNamespace("default")
                        .setServiceAccount("db")
                        .setMtls(mtls)
                        .build());
        return changed();
    }

    /// A second service, `web` on port 8080, speaks HTTP.
    ConnectionRulesInForce web(String virtual, InetSocketAddress at) {
        others = Map.of(
                WEB,
                ServiceRoutes.newBuilder()
                        .setHost(WEB)
                        .setNamespace("default")
                        .setDeclaredBy(Declaration.SERVICE)
                        .setAddresses(List.of(virtual))
                        .setPorts(List.of(ServicePort.newBuilder()
                                .setNumber(8080)
                                .setName("http")
                                .setProtocol("HTTP")
                                .build()))
                        .build());
        endpoints.put(
                WEB + "/web",
                ServiceEndpoint.newBuilder()
                        .setHost(WEB)
                        .setInstance("web")
                        .setAddress(at.getAddress().getHostAddress())
                        .setPorts(Map.of("8080", at.getPort()))
                        .build());
        return changed();
    }

    ConnectionRulesInForce policy(TrafficPolicy.Builder said) {
        policies = List.of(DestinationPolicy.newBuilder()
                .setRule("default/db")
                .setNamespace("default")
                .setHost(DB)
                .setConfigOffset(1)
                .setTraffic(said.setPorts(Map.of()).build())
                .build());
        return changed();
    }

    ConnectionRulesInForce mutualTls(MutualTls mode) {
        access = Map.of(
                "mesh",
                AccessRules.newBuilder()
                        .setRule("PeerAuthentication/istio-system/default")
                        .setConfigOffset(1)
                        .setMutualTls(mode)
                        .build());
        return changed();
    }

    ConnectionRulesInForce mesh(OutboundTraffic unknown, @Nullable Long detectionMicros) {
        String scope = "MeshConfig/istio-system/default";
        settings.put(
                scope,
                Settings.newBuilder()
                        .setRule(scope)
                        .setConfigOffset(1)
                        .setOutboundTraffic(unknown)
                        .setProtocolDetectionTimeoutUs(detectionMicros)
                        .build());
        return changed();
    }

    /// Connections with that server name go to `db`.
    ConnectionRulesInForce serverName(String name) {
        tls = List.of(rules(ConnectionMatch.newBuilder().setSniHosts(List.of(name))));
        return changed();
    }

    /// The table becomes a gateway's, with one server.
    ///
    /// @param mode `PASSTHROUGH`; empty: plaintext TCP
    ConnectionRulesInForce gateway(int port, String mode, String host) {
        gateway = true;
        boolean plain = mode.isEmpty();
        var match = ConnectionMatch.newBuilder().setSniHosts(plain ? List.of() : List.of(host));
        ConnectionRules rules = rules(match);
        gateways.put(
                "default/gate",
                GatewayRoutes.newBuilder()
                        .setGateway("default/gate")
                        .setNamespace("default")
                        .setConfigOffset(1)
                        .setServers(List.of(GatewayServer.newBuilder()
                                .setPort(port)
                                .setProtocol(plain ? "TCP" : "TLS")
                                .setTlsMode(mode)
                                .setNamedHosts(List.of(host))
                                .setHosts(List.of(GatewayHost.newBuilder()
                                        .setHost(host)
                                        .setHttp(List.of())
                                        .setTls(plain ? List.of() : List.of(rules))
                                        .setTcp(plain ? List.of(rules) : List.of())
                                        .build()))
                                .build()))
                        .build());
        return changed();
    }

    private ConnectionRules rules(ConnectionMatch.Builder match) {
        return ConnectionRules.newBuilder()
                .setRule("default/to-db")
                .setNamespace("default")
                .setConfigOffset(1)
                .setGateways(List.of(gateway ? "default/gate" : "mesh"))
                .setRoutes(List.of(ConnectionRoute.newBuilder()
                        .setMatches(List.of(match.build()))
                        .setDestinations(List.of(WeightedDestination.newBuilder()
                                .setDestination(
                                        Destination.newBuilder().setHost(DB).build())
                                .setWeight(1)
                                .build()))
                        .build()))
                .build();
    }

    private ConnectionRulesInForce changed() {
        table = compile();
        return this;
    }

    private RouteTable compile() {
        ServiceRoutes routes = ServiceRoutes.newBuilder()
                .setHost(DB)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setAddresses(addresses)
                .setPolicies(policies)
                .setTls(gateway ? List.of() : tls)
                .setPorts(List.of(ServicePort.newBuilder()
                        .setNumber(PORT)
                        .setName("db")
                        .setProtocol(protocol)
                        .build()))
                .build();
        var self = new Workload(SELF, "caller-v1", "default", Map.of("app", "caller"), "", "Kubernetes", gateway);
        var services = new HashMap<>(others);
        services.put(DB, routes);
        var compiled = new Compiled(services, gateways, endpoints, access, settings);
        return RouteTable.of(self, new Revision("topic", sequence, sequence++), compiled, clusters, null);
    }
}
