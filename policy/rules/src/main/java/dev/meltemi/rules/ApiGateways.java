package dev.meltemi.rules;

import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesGateway.Listener;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.ParentReference;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.GatewayApi;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// One gateway of the Gateway API: its listeners, each with the routes that attach to it for the hosts that both share.
final class ApiGateways {
    /// Label of the workloads that serve a gateway, as Istio writes it.
    static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

    private static final String EVERY_HOST = "*";

    private final ApiBook book;
    private final ApiGateway door;
    private final KubernetesGateway gateway;

    private ApiGateways(ApiBook book, ApiGateway door) {
        this.book = book;
        this.door = door;
        this.gateway = door.gateway();
    }

    /// Empty when there is no such gateway.
    static Optional<GatewayRoutes> compiled(MeshState state, String key) {
        ApiBook book = state.book().api();
        return Optional.ofNullable(book.gateways().get(key)).map(door -> new ApiGateways(book, door).compiled());
    }

    private GatewayRoutes compiled() {
        return GatewayRoutes.newBuilder()
                .setGateway(gateway.key().qualifiedName())
                .setNamespace(gateway.key().namespace())
                .setConfigOffset(door.offset())
                .setCreated(door.created())
                .setApi(GatewayApi.KUBERNETES)
                .setSelector(Map.of(GATEWAY_NAME, gateway.key().name()))
                .setServers(gateway.listeners().stream().map(this::server).toList())
                .build();
    }

    private GatewayServer server(Listener listener) {
        List<String> credentials = credentials(listener);
        boolean ends = tlsMode(listener).equals("SIMPLE");
        return GatewayServer.newBuilder()
                .setPort(listener.port())
                .setPortName(listener.name())
                .setName(listener.name())
                .setProtocol(listener.protocol())
                .setNamedHosts(List.of(host(listener)))
                .setTlsMode(tlsMode(listener))
                .setTlsCredentials(credentials)
                .setTlsSettings(
                        ends
                                ? ServerTlsSettings.newBuilder()
                                        .setCredentialNames(credentials)
                                        .build()
                                : null)
                .setHosts(hosts(listener))
                .build();
    }

    /// The routes of one host.
    private record Gathered(List<HttpRules> http, List<ConnectionRules> tls, List<ConnectionRules> tcp) {
        Gathered() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private List<GatewayHost> hosts(Listener listener) {
        var byHost = new TreeMap<String, Gathered>(HostName::bySpecificity);
        for (ApiRoute route : book.attached().at(door.key())) {
            if (takes(listener, route)) {
                for (String host : shared(listener, route)) {
                    gather(route, byHost.computeIfAbsent(host, _ -> new Gathered()));
                }
            }
        }
        return byHost.entrySet().stream()
                .map(entry -> new GatewayHost(
                        entry.getKey(),
                        entry.getValue().http(),
                        entry.getValue().tls(),
                        entry.getValue().tcp()))
                .toList();
    }

    private void gather(ApiRoute route, Gathered into) {
        switch (route.route().kind()) {
            case "TLSRoute" -> into.tls().add(route.connections(to -> permits(route, to)));
            case "TCPRoute" -> into.tcp().add(route.connections(to -> permits(route, to)));
            default -> into.http().add(route.http(to -> permits(route, to)));
        }
    }

    private boolean permits(ApiRoute route, ObjectReference to) {
        return book.permits(route.route().kind(), route.namespace(), to);
    }

    private boolean takes(Listener listener, ApiRoute route) {
        return allowedKinds(listener).contains(route.route().kind())
                && book.admits(listener.from(), gateway.key().namespace(), route.namespace())
                && route.route().parents().stream().anyMatch(parent -> names(parent, listener));
    }

    private boolean names(ParentReference parent, Listener listener) {
        return ApiRoute.isGateway(parent)
                && ApiGateway.key(parent.to().namespace(), parent.to().name()).equals(door.key())
                && parent.section().map(listener.name()::equals).orElse(true)
                && (parent.port().isEmpty() || parent.port().getAsInt() == listener.port());
    }

    /// Those of the protocol, narrowed by what the listener says; it can't widen them.
    private static List<String> allowedKinds(Listener listener) {
        List<String> ofProtocol = switch (listener.protocol()) {
            case "HTTP", "HTTPS" -> List.of("HTTPRoute", "GRPCRoute");
            case "TLS" ->
                tlsMode(listener).equals("PASSTHROUGH") ? List.of("TLSRoute") : List.of("TLSRoute", "TCPRoute");
            case "TCP" -> List.of("TCPRoute");
            default -> List.of();
        };
        return listener.kinds().isEmpty()
                ? ofProtocol
                : ofProtocol.stream()
                        .filter(kind ->
                                listener.kinds().contains(new KubernetesGateway.RouteKind(ApiGateway.GROUP, kind)))
                        .toList();
    }

    /// Names that the listener and the route both have, without those that belong to another listener of the port,
    /// whose name is closer: each request is one listener's.
    private List<String> shared(Listener listener, ApiRoute route) {
        String own = host(listener);
        if (route.route().kind().equals("TCPRoute")) {
            return List.of(own);
        }
        List<String> names = route.route().hostnames().isEmpty()
                ? List.of(EVERY_HOST)
                : route.route().hostnames();
        var shared = new TreeSet<String>();
        names.forEach(name -> HostName.intersection(own, name)
                .filter(host -> owner(host, listener.port()).equals(own))
                .ifPresent(shared::add));
        return List.copyOf(shared);
    }

    private String owner(String host, int port) {
        return gateway.listeners().stream()
                .filter(other -> other.port() == port)
                .map(ApiGateways::host)
                .filter(name -> HostName.covers(name, host))
                .min(HostName::bySpecificity)
                .orElse(host);
    }

    private static String host(Listener listener) {
        return listener.hostname().isEmpty() || listener.protocol().equals("TCP") ? EVERY_HOST : listener.hostname();
    }

    private static String tlsMode(Listener listener) {
        return switch (listener.protocol()) {
            case "HTTPS" -> "SIMPLE";
            case "TLS" ->
                listener.tls()
                        .map(KubernetesGateway.Tls::mode)
                        .filter("Passthrough"::equals)
                        .map(passthrough -> "PASSTHROUGH")
                        .orElse("SIMPLE");
            default -> "";
        };
    }

    /// Secrets of the gateway's own namespace by name, of others as `namespace/name` where a grant permits it.
    private List<String> credentials(Listener listener) {
        String own = gateway.key().namespace();
        return listener.tls().stream()
                .flatMap(tls -> tls.certificates().stream())
                .filter(secret -> book.permits(ApiGateway.KIND, own, secret))
                .map(secret ->
                        secret.namespace().equals(own) ? secret.name() : secret.namespace() + "/" + secret.name())
                .toList();
    }
}
