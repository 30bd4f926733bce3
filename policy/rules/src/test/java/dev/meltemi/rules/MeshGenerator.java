package dev.meltemi.rules;

import dev.meltemi.resources.ConnectionMatch;
import dev.meltemi.resources.ConnectionRoute;
import dev.meltemi.resources.Destination;
import dev.meltemi.resources.DestinationRule;
import dev.meltemi.resources.Endpoint;
import dev.meltemi.resources.Gateway;
import dev.meltemi.resources.HeaderOperations;
import dev.meltemi.resources.HealthCheck;
import dev.meltemi.resources.HttpRoute;
import dev.meltemi.resources.MeshConfig;
import dev.meltemi.resources.MeshEntrance;
import dev.meltemi.resources.MeshTls;
import dev.meltemi.resources.MeshTraffic;
import dev.meltemi.resources.Opaque;
import dev.meltemi.resources.PeerAuthentication;
import dev.meltemi.resources.Protocol;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.Service;
import dev.meltemi.resources.ServiceEntry;
import dev.meltemi.resources.ServicePort;
import dev.meltemi.resources.Sidecar;
import dev.meltemi.resources.TrafficPolicy;
import dev.meltemi.resources.VirtualService;
import dev.meltemi.resources.WorkloadEntry;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;

/// Changes from a universe so small that they collide all the time: few names, hosts that cover each other,
/// labels that select each other.
final class MeshGenerator {
    private static final List<String> NAMESPACES = List.of("shop", "bank", "istio-system");
    private static final List<String> HOSTS = List.of(
            "cart",
            "cart.shop.svc.cluster.local",
            "till.bank.svc.cluster.local",
            "api.example.com",
            "a.api.example.com",
            "*.example.com",
            "*.api.example.com",
            "*.shop.svc.cluster.local",
            "*.com");
    private static final List<List<String>> EXPORTS = List.of(List.of(), List.of("."), List.of("*"), List.of("bank"));

    private final Random random;
    private final ApiGenerator routes;
    private long offset;

    MeshGenerator(long seed) {
        this.random = new Random(seed);
        this.routes = new ApiGenerator(random);
    }

    List<Change> changes(int count) {
        var changes = new ArrayList<Change>();
        for (int i = 0; i < count; i++) {
            changes.add(change());
        }
        return changes;
    }

    Change change() {
        offset++;
        return switch (random.nextInt(10)) {
            case 0 -> new Change.Deleted(resource().key(), offset);
            case 1, 2, 3 -> new Change.Registered(registration());
            case 4 -> new Change.Withdrawn(instance());
            case 5 -> new Change.Health(instance(), random.nextBoolean());
            default -> new Change.Accepted(resource(), offset, random.nextInt(20));
        };
    }

    private Resource resource() {
        return switch (random.nextInt(13)) {
            case 10, 11, 12 -> routes.resource();
            case 0, 1 -> service();
            case 2 -> serviceEntry();
            case 3 -> workloadEntry();
            case 4, 5 -> virtualService();
            case 6 -> random.nextInt(8) == 0 ? new Opaque(key("Telemetry", "x"), "telemetry.istio.io/v1") : gateway();
            case 8 -> random.nextInt(4) == 0 ? meshConfig() : sidecar();
            case 7 -> destinationRule();
            default -> peerAuthentication();
        };
    }

    private Service service() {
        return new Service(
                key("Service", pick(List.of("cart", "till"))),
                ports(),
                maybe() ? Map.of() : labels(),
                List.of(),
                false,
                random.nextInt(6) == 0 ? "elsewhere.example.org" : "",
                pick(EXPORTS));
    }

    private ServiceEntry serviceEntry() {
        boolean selects = maybe();
        return new ServiceEntry(
                key("ServiceEntry", pick(List.of("one", "two"))),
                List.of(pick(HOSTS.subList(1, 7)), pick(HOSTS.subList(1, 7))),
                List.of(),
                ports(),
                maybe(),
                pick(List.of(ServiceEntry.Resolution.values())),
                selects || maybe() ? List.of() : List.of(endpoint(), endpoint()),
                selects,
                selects && random.nextInt(4) > 0 ? labels() : Map.of(),
                pick(EXPORTS),
                maybe() ? List.of() : List.of("server.example.com"));
    }

    private WorkloadEntry workloadEntry() {
        return new WorkloadEntry(key("WorkloadEntry", pick(List.of("vm1", "vm2"))), endpoint());
    }

    private Endpoint endpoint() {
        return new Endpoint(
                "10.0.0." + random.nextInt(2), Map.of("http", 8000 + random.nextInt(2)), labels(), "", "", 1, "");
    }

    private HttpRoute.Delegate delegate() {
        return new HttpRoute.Delegate(
                pick(List.of("a", "b", "c")), maybe() ? Optional.empty() : Optional.of(pick(NAMESPACES)));
    }

    private VirtualService virtualService() {
        var destination = new Destination(pick(HOSTS.subList(0, 4)), Optional.of("v1"), OptionalInt.empty());
        var weighted = new HttpRoute.WeightedDestination(destination, random.nextInt(100), HeaderOperations.NONE);
        boolean delegates = random.nextInt(3) == 0;
        var route = new HttpRoute(
                "",
                List.of(),
                delegates ? List.of() : List.of(weighted),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                delegates ? Optional.of(delegate()) : Optional.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                List.of(),
                HeaderOperations.NONE);
        return new VirtualService(
                key("VirtualService", pick(List.of("a", "b", "c"))),
                random.nextInt(4) == 0 ? List.of() : List.of(pick(HOSTS), pick(HOSTS)),
                pick(List.of(List.of("mesh"), List.of("door", "mesh"), List.of("shop/door"), List.of("./gate"))),
                pick(EXPORTS),
                random.nextInt(3) == 0 ? List.of() : List.of(route),
                connections(),
                connections());
    }

    private List<ConnectionRoute> connections() {
        var match = new ConnectionMatch(
                List.of(pick(HOSTS.subList(3, 9))),
                List.of(),
                OptionalInt.of(80 + random.nextInt(2)),
                maybe() ? Map.of() : labels(),
                Optional.empty(),
                pick(List.of(List.of(), List.of("mesh"), List.of("shop/door"))));
        var share = new ConnectionRoute.Share(
                new Destination(pick(HOSTS.subList(0, 4)), Optional.empty(), OptionalInt.empty()), random.nextInt(3));
        return maybe() ? List.of() : List.of(new ConnectionRoute(List.of(match), List.of(share, share)));
    }

    private DestinationRule destinationRule() {
        var subset = new DestinationRule.Subset(
                pick(List.of("v1", "v2")), Map.of("version", pick(List.of("v1", "v2"))), trafficPolicy());
        return new DestinationRule(
                key("DestinationRule", pick(List.of("a", "b", "c"))),
                pick(HOSTS),
                pick(EXPORTS),
                random.nextInt(4) == 0 ? labels() : Map.of(),
                List.of(subset),
                trafficPolicy(),
                maybe() ? Optional.empty() : Optional.of(healthCheck()));
    }

    private HealthCheck healthCheck() {
        return new HealthCheck(
                pick(List.of(HealthCheck.Kind.values())),
                "/healthz",
                "",
                "",
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                2,
                3);
    }

    private Optional<TrafficPolicy> trafficPolicy() {
        return maybe()
                ? Optional.empty()
                : Optional.of(new TrafficPolicy(
                        blocks(),
                        maybe() ? List.of() : List.of(new TrafficPolicy.PortPolicy(80, blocks())),
                        maybe()
                                ? Optional.empty()
                                : Optional.of(new TrafficPolicy.RetryBudget(
                                        OptionalDouble.of(random.nextInt(2)), OptionalInt.empty(), Optional.empty())),
                        maybe() ? Optional.empty() : Optional.of(new TrafficPolicy.Tunnel("CONNECT", "a.b", 443)),
                        pick(List.of(Optional.empty(), Optional.of(TrafficPolicy.ProxyProtocol.V2)))));
    }

    private TrafficPolicy.Blocks blocks() {
        return new TrafficPolicy.Blocks(
                maybe() ? Optional.empty() : Optional.of(loadBalancer()),
                maybe() ? Optional.empty() : Optional.of(connectionPool()),
                maybe() ? Optional.empty() : Optional.of(outlierDetection()),
                maybe()
                        ? Optional.empty()
                        : Optional.of(new TrafficPolicy.Tls(
                                pick(List.of(TrafficPolicy.TlsMode.values())),
                                "",
                                "",
                                "",
                                "",
                                pick(List.of("", "secret")),
                                List.of(),
                                "",
                                maybe())));
    }

    private TrafficPolicy.LoadBalancer loadBalancer() {
        var keys = List.<Optional<TrafficPolicy.HashKey>>of(
                Optional.empty(),
                Optional.of(new TrafficPolicy.HashKey.Header("x-user")),
                Optional.of(new TrafficPolicy.HashKey.Cookie(
                        "user", "/", Optional.of(Duration.ZERO), Map.of("SameSite", "Lax"))),
                Optional.of(new TrafficPolicy.HashKey.SourceIp()),
                Optional.of(new TrafficPolicy.HashKey.QueryParameter("user")));
        return new TrafficPolicy.LoadBalancer(
                pick(List.of(TrafficPolicy.Algorithm.values())),
                pick(keys),
                OptionalLong.empty(),
                maybe()
                        ? Optional.empty()
                        : Optional.of(new TrafficPolicy.Locality(
                                Optional.of(maybe()),
                                List.of(new TrafficPolicy.Share("eu/*", Map.of("eu/*", 80, "us/*", 20))),
                                Map.of(),
                                List.of(),
                                maybe(),
                                OptionalInt.empty())),
                maybe()
                        ? Optional.empty()
                        : Optional.of(new TrafficPolicy.Warmup(
                                Duration.ofSeconds(30), OptionalDouble.empty(), OptionalDouble.of(2))));
    }

    private TrafficPolicy.ConnectionPool connectionPool() {
        return new TrafficPolicy.ConnectionPool(
                maybe() ? Optional.empty() : Optional.of(Duration.ofMillis(30)),
                OptionalInt.of(random.nextInt(3)),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new TrafficPolicy.TcpKeepalive(3, Optional.empty(), Optional.empty())),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(2),
                Optional.of(Duration.ofSeconds(60)),
                "DEFAULT",
                maybe(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private TrafficPolicy.OutlierDetection outlierDetection() {
        return new TrafficPolicy.OutlierDetection(
                maybe(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(random.nextInt(3)),
                Optional.empty(),
                Optional.of(Duration.ofSeconds(30)),
                OptionalInt.of(50),
                OptionalInt.empty(),
                List.of());
    }

    private PeerAuthentication peerAuthentication() {
        return new PeerAuthentication(
                key("PeerAuthentication", pick(List.of("a", "b"))),
                maybe() ? Map.of() : labels(),
                pick(List.of(PeerAuthentication.Mode.values())),
                maybe() ? Map.of() : Map.of(8080, PeerAuthentication.Mode.DISABLE));
    }

    private MeshConfig meshConfig() {
        return new MeshConfig(
                new ResourceKey("meltemi.dev", "MeshConfig", "istio-system", "default"),
                maybe() ? Optional.empty() : Optional.of(pick(List.of(Sidecar.OutboundTraffic.values()))),
                maybe()
                        ? Optional.empty()
                        : Optional.of(new HttpRoute.RetryPolicy(
                                random.nextInt(3),
                                Optional.empty(),
                                List.of("reset"),
                                List.of(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())),
                maybe() ? Optional.empty() : Optional.of(Duration.ofSeconds(1)),
                maybe() ? Optional.empty() : Optional.of(Duration.ofSeconds(30)),
                maybe() ? Optional.empty() : Optional.of(Duration.ofMillis(200)),
                maybe(),
                new MeshEntrance(
                        pick(List.of("", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES")),
                        pick(List.of("KEEP_UNCHANGED", "REJECT_REQUEST")),
                        random.nextInt(3),
                        pick(List.of("", "SANITIZE", "ALWAYS_FORWARD_ONLY"))),
                new MeshTraffic(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                new MeshTls(
                        new MeshTls.Choice(pick(List.of("", "TLSV1_3")), List.of(), List.of()),
                        new MeshTls.Choice("", List.of(), List.of("X25519"))));
    }

    private Sidecar sidecar() {
        var listeners = List.of(new Sidecar.EgressListener(random.nextInt(2) * 80, List.of("./*", "bank/*.com")));
        return new Sidecar(
                key("Sidecar", pick(List.of("a", "b"))),
                maybe(),
                maybe() ? Map.of() : labels(),
                maybe() ? Optional.empty() : Optional.of(listeners),
                maybe() ? Optional.empty() : Optional.of(pick(List.of(Sidecar.OutboundTraffic.values()))),
                Optional.empty(),
                Map.of());
    }

    private Gateway gateway() {
        var hosts = List.of(pick(List.of("*", "./*.com", "bank/*", "api.example.com")), pick(HOSTS.subList(1, 9)));
        return new Gateway(
                key("Gateway", pick(List.of("door", "gate"))),
                Map.of("app", "gateway"),
                List.of(
                        new Gateway.Server(
                                "",
                                80 + random.nextInt(2),
                                "http",
                                Protocol.HTTP,
                                "",
                                hosts,
                                maybe(),
                                Optional.empty()),
                        new Gateway.Server(
                                "",
                                443,
                                "other",
                                pick(List.of(Protocol.TLS, Protocol.HTTPS)),
                                "",
                                hosts,
                                false,
                                Optional.of(tls()))));
    }

    private Gateway.Tls tls() {
        return new Gateway.Tls(
                pick(List.of(Gateway.TlsMode.values())),
                List.of("c"),
                maybe() ? List.of(new Gateway.CertificatePaths("/c", "/k")) : List.of(),
                "",
                "",
                "",
                maybe() ? List.of("phone.example.com") : List.of(),
                List.of(),
                List.of(),
                pick(List.of("", "TLSV1_3")),
                "",
                List.of(),
                maybe());
    }

    private Registration registration() {
        var services = maybe()
                ? List.<RegisteredService>of()
                : List.of(new RegisteredService(
                        pick(HOSTS.subList(1, 5)),
                        List.of(new RegisteredPort("http", 80 + random.nextInt(3), "HTTP"))));
        return Registration.newBuilder()
                .setInstance(instance())
                .setWorkload("w")
                .setNamespace(pick(NAMESPACES))
                .setLabels(labels())
                .setAddress("127.0.0." + random.nextInt(3))
                .setServices(services)
                .setType(ProxyType.SIDECAR)
                .setHealthy(random.nextInt(5) > 0)
                .build();
    }

    private String instance() {
        return pick(List.of("w1~100", "w2~90", "w3~110", "nameless"));
    }

    private List<ServicePort> ports() {
        var http = new ServicePort(80 + random.nextInt(2), "http", Protocol.HTTP, 8080);
        return maybe() ? List.of(http) : List.of(http, new ServicePort(9000, "grpc", Protocol.GRPC, 9000));
    }

    private Map<String, String> labels() {
        var app = pick(List.of("cart", "till"));
        return maybe() ? Map.of("app", app) : Map.of("app", app, "version", pick(List.of("v1", "v2")));
    }

    private ResourceKey key(String kind, String name) {
        String group = kind.equals("ServiceEntry") ? "networking.istio.io" : "group";
        return new ResourceKey(group, kind, pick(NAMESPACES), name);
    }

    private boolean maybe() {
        return random.nextBoolean();
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
