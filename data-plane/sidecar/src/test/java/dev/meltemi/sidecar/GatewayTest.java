package dev.meltemi.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.schemas.compiled.DirectResponse;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Ports;
import dev.meltemi.sidecar.SidecarSettings.Who;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;

class GatewayTest {
    private static final LoopResources LOOPS = LoopResources.create("gateway", 1, 2, true);

    private final PublishedMesh mesh = new PublishedMesh(InMemoryBus.create());
    private final String address = SidecarTest.loopback();
    private final Sidecar gateway = start();

    private Sidecar start() {
        var who = new Who(
                "istio-ingressgateway",
                "istio-system",
                Map.of("istio", "ingressgateway"),
                "",
                "Kubernetes",
                "",
                true,
                List.of());
        var settings = new SidecarSettings(
                who, new Listen(address, address, 100, 0, Ports.NONE), Config.FROM_BUS, Duration.ofSeconds(2));
        return Sidecar.start(settings, SidecarWorld.of(LOOPS, mesh.bus(), null));
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    /// A Gateway whose servers answer everything themselves.
    private void publish(long offset, int... ports) {
        var answer = HttpRoute.newBuilder()
                .setDirectResponse(DirectResponse.newBuilder()
                        .setStatus(200)
                        .setBody(ByteBuffer.wrap("here".getBytes(StandardCharsets.UTF_8)))
                        .build())
                .build();
        var rules = HttpRules.newBuilder()
                .setRule("default/front")
                .setNamespace("default")
                .setConfigOffset(offset)
                .setGateways(List.of("default/front"))
                .setRoutes(List.of(answer))
                .build();
        var host = GatewayHost.newBuilder().setHost("*").setHttp(List.of(rules)).build();
        publish(
                offset,
                IntStream.of(ports)
                        .mapToObj(port -> GatewayServer.newBuilder()
                                .setPort(port)
                                .setProtocol("HTTP")
                                .setHosts(List.of(host))
                                .build())
                        .toList());
    }

    private void publish(long offset, List<GatewayServer> servers) {
        var routes = GatewayRoutes.newBuilder()
                .setGateway("default/front")
                .setNamespace("default")
                .setConfigOffset(offset)
                .setSelector(Map.of("istio", "ingressgateway"))
                .setServers(servers)
                .build();
        mesh.publish(offset, PublishedMesh.gateway(routes));
        await().until(() -> gateway.running().revision().offset() == offset && gateway.ready());
    }

    private String get(int port) throws Exception {
        return ask(port).body();
    }

    private HttpResponse<String> ask(int port) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + "/"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void a_redirecting_server_sends_everybody_to_https_and_ports_for_tls_open() throws Exception {
        var named = GatewayServer.newBuilder().setNamedHosts(List.of("*")).setHosts(List.of());
        publish(
                1,
                List.of(
                        named.setPort(8080)
                                .setProtocol("HTTP")
                                .setHttpsRedirect(true)
                                .build(),
                        named.setPort(8443)
                                .setProtocol("HTTPS")
                                .setHttpsRedirect(false)
                                .setTlsMode("SIMPLE")
                                .build()));

        var answer = ask(8180);

        assertThat(answer.statusCode()).isEqualTo(301);
        assertThat(answer.headers().firstValue("location")).contains("https://" + address + ":8180/");
        assertThat(gateway.listeners()).containsOnlyKeys("gateway 8080", "gateway 8443");
    }

    @Test
    void ports_open_and_close_as_gateways_say_shifted_by_the_offset() throws Exception {
        publish(1, 8080);
        String first = get(8180);

        publish(2, 8081);

        assertThat(first).isEqualTo("here");
        assertThat(get(8181)).isEqualTo("here");
        assertThat(gateway.listeners()).containsOnlyKeys("gateway 8081");
    }

    @Test
    void a_port_that_is_taken_stops_no_other() throws Exception {
        try (var squatter = new ServerSocket(8180, 1, InetAddress.ofLiteral(address))) {
            publish(1, 8080, 8081);

            assertThat(squatter.isBound()).isTrue();
            assertThat(get(8181)).isEqualTo("here");
            assertThat(gateway.listeners()).containsOnlyKeys("gateway 8081");
        }
    }
}
