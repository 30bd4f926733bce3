package dev.meltemi.proxy;

import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.BackendTls;
import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.Mirror;
import dev.meltemi.schemas.compiled.MutualTls;
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
import java.util.function.UnaryOperator;

/// One service, `reviews` on port 9080, with one route towards it that a test can change, and its endpoints.
final class RulesInForce {
    static final String HOST = "reviews.default.svc.cluster.local";
    private static final String SHADOW = "shadow.default.svc.cluster.local";

    static {
        AvroLimits.set();
    }

    private final Clusters clusters = new Clusters();
    private final Map<String, ServiceEndpoint> endpoints = new HashMap<>();
    private volatile RouteTable table;
    private HttpRoute route = HttpRoute.newBuilder()
            .setDestinations(List.of(WeightedDestination.newBuilder()
                    .setDestination(Destination.newBuilder().setHost(HOST).build())
                    .setWeight(100)
                    .build()))
            .build();
    private Map<String, AccessRules> access = Map.of();
    private List<DestinationPolicy> policies = List.of();
    private List<BackendTls> backendTls = List.of();
    private String protocol = "HTTP";
    private Map<String, Settings> settings = Map.of();
    private long sequence;

    RulesInForce() {
        table = compile();
    }

    RouteTable table() {
        return table;
    }

    /// What the mesh says of requests that come in.
    RulesInForce entrance(UnaryOperator<Settings.Builder> said) {
        settings = Map.of(
                "mesh",
                said.apply(Settings.newBuilder()
                                .setRule("MeshConfig/istio-system/default")
                                .setConfigOffset(1))
                        .build());
        table = compile();
        return this;
    }

    /// What the workload's Sidecar says.
    RulesInForce sidecar(UnaryOperator<Settings.Builder> said) {
        settings = Map.of(
                "sidecar",
                said.apply(Settings.newBuilder()
                                .setRule("Sidecar/default/default")
                                .setNamespace("default")
                                .setConfigOffset(1))
                        .build());
        table = compile();
        return this;
    }

    RulesInForce endpoint(InetSocketAddress address) {
        return endpoint(HOST, address);
    }

    /// Every request is copied to this address.
    RulesInForce mirror(InetSocketAddress address) {
        endpoint(SHADOW, address);
        Mirror mirror = Mirror.newBuilder()
                .setDestination(Destination.newBuilder().setHost(SHADOW).build())
                .setPercent(100)
                .build();
        return route(route -> route.setMirrors(List.of(mirror)));
    }

    /// One that takes mesh mTLS as `spiffe://cluster.local/ns/default/sa/ACCOUNT`.
    RulesInForce meshEndpoint(String account, InetSocketAddress address) {
        String instance = "instance-" + endpoints.size();
        endpoints.put(
                HOST + "/" + instance,
                ServiceEndpoint.newBuilder()
                        .setHost(HOST)
                        .setInstance(instance)
                        .setAddress(address.getAddress().getHostAddress())
                        .setPorts(Map.of("9080", address.getPort()))
                        .setNamespace("default")
                        .setServiceAccount(account)
                        .setMtls(true)
                        .build());
        table = compile();
        return this;
    }

    private RulesInForce endpoint(String host, InetSocketAddress address) {
        String instance = "instance-" + endpoints.size();
        endpoints.put(
                host + "/" + instance,
                ServiceEndpoint.newBuilder()
                        .setHost(host)
                        .setInstance(instance)
                        .setAddress(address.getAddress().getHostAddress())
                        .setPorts(Map.of("9080", address.getPort()))
                        .build());
        table = compile();
        return this;
    }

    RulesInForce withoutEndpoints() {
        endpoints.clear();
        table = compile();
        return this;
    }

    /// For the whole mesh.
    RulesInForce mutualTls(MutualTls mode) {
        return access(AccessRules.newBuilder().setMutualTls(mode));
    }

    /// For one port of the workload.
    RulesInForce mutualTls(int port, MutualTls mode) {
        return access(AccessRules.newBuilder()
                .setNamespace("default")
                .setSelector(Map.of("app", "productpage"))
                .setPortMutualTls(Map.of(Integer.toString(port), mode)));
    }

    private RulesInForce access(AccessRules.Builder rules) {
        access = Map.of(
                "mesh",
                rules.setRule("PeerAuthentication/istio-system/default")
                        .setConfigOffset(1)
                        .build());
        table = compile();
        return this;
    }

    /// What callers do towards the service.
    RulesInForce policy(TrafficPolicy.Builder said) {
        policies = List.of(DestinationPolicy.newBuilder()
                .setRule("default/reviews")
                .setNamespace("default")
                .setHost(HOST)
                .setConfigOffset(1)
                .setTraffic(said.setPorts(Map.of()).build())
                .build());
        table = compile();
        return this;
    }

    /// What a BackendTLSPolicy for the service says.
    RulesInForce backendTls(ClientTlsSettings.Builder said) {
        backendTls = List.of(BackendTls.newBuilder()
                .setRule("default/reviews")
                .setNamespace("default")
                .setConfigOffset(1)
                .setSettings(said.build())
                .build());
        table = compile();
        return this;
    }

    /// Callers ask every endpoint.
    RulesInForce checks(HealthCheck how) {
        policies = List.of(DestinationPolicy.newBuilder()
                .setRule("default/reviews")
                .setNamespace("default")
                .setHost(HOST)
                .setConfigOffset(1)
                .setHealthCheck(how)
                .build());
        table = compile();
        return this;
    }

    Clusters clusters() {
        return clusters;
    }

    /// Changes the one route there is.
    RulesInForce route(UnaryOperator<HttpRoute.Builder> change) {
        route = change.apply(HttpRoute.newBuilder(route)).build();
        table = compile();
        return this;
    }

    /// What the service's port is declared to be.
    RulesInForce protocol(String declared) {
        protocol = declared;
        table = compile();
        return this;
    }

    private ServiceRoutes.Builder service(String host) {
        return ServiceRoutes.newBuilder()
                .setHost(host)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(ServicePort.newBuilder()
                        .setNumber(9080)
                        .setName("http")
                        .setProtocol(protocol)
                        .build()));
    }

    private RouteTable compile() {
        ServiceRoutes routes = service(HOST)
                .setPolicies(policies)
                .setBackendTls(backendTls)
                .setHttp(List.of(HttpRules.newBuilder()
                        .setRule("default/reviews")
                        .setNamespace("default")
                        .setConfigOffset(sequence)
                        .setRoutes(List.of(route))
                        .build()))
                .build();
        var self = new Workload(
                "productpage-v1~1", "productpage-v1", "default", Map.of("app", "productpage"), "", "Kubernetes", false);
        var compiled = new Compiled(
                Map.of(HOST, routes, SHADOW, service(SHADOW).build()), Map.of(), endpoints, access, settings);
        return RouteTable.of(self, new Revision("topic", sequence, sequence++), compiled, clusters, null);
    }
}
