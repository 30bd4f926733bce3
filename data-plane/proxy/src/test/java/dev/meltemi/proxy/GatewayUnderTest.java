package dev.meltemi.proxy;

import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TlsChoice;
import dev.meltemi.schemas.compiled.WeightedDestination;
import dev.meltemi.spiffe.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A gateway with TLS servers at one port, all of whose hosts lead to one origin.
final class GatewayUnderTest implements AutoCloseable {
    static {
        AvroLimits.set();
    }

    private static final int PORT = 443;
    private static final String HOST = "reviews.default.svc.cluster.local";

    final RecordingOrigin origin = RecordingOrigin.answering(RecordingOrigin.OK);
    final List<AccessEntry> log = new CopyOnWriteArrayList<>();
    final AtomicReference<@Nullable Identity> identity = new AtomicReference<>();
    final ProxyServer server;
    private final List<GatewayServer> servers = new ArrayList<>();
    private final Clusters clusters = new Clusters();
    private Map<String, Settings> settings = Map.of();
    private volatile RouteTable table = compiled();
    private @Nullable InetSocketAddress address;

    GatewayUnderTest(Path credentials) {
        this(ProxySettings.DEFAULT.withCredentials(credentials));
    }

    GatewayUnderTest(ProxySettings settings) {
        server = new ProxyServer(
                new ProxyPorts(() -> table, log::add, InstantSource.system(), new SplittableRandom(7), identity::get),
                settings);
    }

    /// One more server, whose hosts are these.
    GatewayUnderTest serving(String mode, ServerTlsSettings.Builder tls, String... hosts) {
        servers.add(GatewayServer.newBuilder()
                .setPort(PORT)
                .setPortName("https-" + servers.size())
                .setProtocol("HTTPS")
                .setNamedHosts(List.of(hosts))
                .setTlsMode(mode)
                .setTlsSettings(tls.build())
                .setHosts(List.of(hosts).stream()
                        .map(host -> new GatewayHost(host, List.of(rules()), List.of(), List.of()))
                        .toList())
                .build());
        table = compiled();
        return this;
    }

    /// What the mesh says of TLS that isn't its own.
    GatewayUnderTest bounds(TlsChoice said) {
        settings = Map.of(
                "mesh",
                Settings.newBuilder()
                        .setRule("MeshConfig/istio-system/default")
                        .setConfigOffset(1)
                        .setOtherTls(said)
                        .build());
        table = compiled();
        return this;
    }

    static ServerTlsSettings.Builder credential(String... names) {
        return ServerTlsSettings.newBuilder().setCredentialNames(List.of(names));
    }

    InetSocketAddress address() {
        InetSocketAddress known = address;
        if (known == null) {
            known = (InetSocketAddress) Objects.requireNonNull(
                            server.bindGateway(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), PORT)
                                    .block(Duration.ofSeconds(10)))
                    .address();
            address = known;
        }
        return known;
    }

    /// The only entry so far.
    AccessEntry entry() {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !log.isEmpty());
        return log.getFirst();
    }

    private static HttpRules rules() {
        return HttpRules.newBuilder()
                .setRule("default/reviews")
                .setNamespace("default")
                .setConfigOffset(1)
                .setGateways(List.of("default/edge"))
                .setRoutes(List.of(HttpRoute.newBuilder()
                        .setDestinations(List.of(WeightedDestination.newBuilder()
                                .setDestination(
                                        Destination.newBuilder().setHost(HOST).build())
                                .setWeight(100)
                                .build()))
                        .build()))
                .build();
    }

    private RouteTable compiled() {
        var self = new Workload(
                "gateway~1", "gateway", "default", Map.of("istio", "ingressgateway"), "", "Kubernetes", true);
        ServiceRoutes service = ServiceRoutes.newBuilder()
                .setHost(HOST)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(ServicePort.newBuilder()
                        .setNumber(9080)
                        .setName("http")
                        .setProtocol("HTTP")
                        .build()))
                .build();
        ServiceEndpoint endpoint = ServiceEndpoint.newBuilder()
                .setHost(HOST)
                .setInstance("one")
                .setAddress(origin.address().getAddress().getHostAddress())
                .setPorts(Map.of("9080", origin.address().getPort()))
                .build();
        GatewayRoutes gateway = GatewayRoutes.newBuilder()
                .setGateway("default/edge")
                .setNamespace("default")
                .setConfigOffset(1)
                .setCreated(1)
                .setSelector(Map.of("istio", "ingressgateway"))
                .setServers(List.copyOf(servers))
                .build();
        var told = new Compiled(
                Map.of(HOST, service), Map.of("default/edge", gateway), Map.of("one", endpoint), Map.of(), settings);
        return RouteTable.of(self, new Revision("topic", 1, 1), told, clusters, null);
    }

    @Override
    public void close() throws IOException {
        server.drain(Duration.ofMillis(20)).block(Duration.ofSeconds(10));
        origin.close();
    }
}
