package dev.meltemi.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Ports;
import dev.meltemi.sidecar.SidecarSettings.Who;
import dev.meltemi.sidecar.config.StartException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

class StaticModeTest {
    private static final LoopResources LOOPS = LoopResources.create("static", 1, 2, true);

    @TempDir
    Path folder;

    private Sidecar gateway(String address) {
        return gateway(address, OptionalInt.empty());
    }

    private Sidecar gateway(String address, OptionalInt maxConnections) {
        var who = new Who(
                "istio-ingressgateway",
                "default",
                Map.of("istio", "ingressgateway"),
                "",
                "Kubernetes",
                "",
                true,
                List.of());
        var settings = new SidecarSettings(
                        who,
                        new Listen(address, address, 100, 0, Ports.NONE),
                        Config.FROM_BUS.withResources(folder),
                        Duration.ofSeconds(2))
                .withMaxConnections(maxConnections);
        return Sidecar.start(settings, SidecarWorld.of(LOOPS, null, null));
    }

    @Test
    void a_folder_with_a_gateway_a_rule_and_an_entry_is_enough_to_proxy() throws Exception {
        var origin = HttpServer.create()
                .runOn(LOOPS)
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> response.sendString(Mono.just("hello from " + request.path())))
                .bindNow();
        int port = ((InetSocketAddress) origin.address()).getPort();
        Files.writeString(folder.resolve("all.yaml"), """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: 8080, name: http, protocol: HTTP}
                hosts: ["*"]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: origin, namespace: default}
            spec:
              hosts: [origin.example.com]
              location: MESH_INTERNAL
              resolution: STATIC
              ports:
              - {number: 80, name: http, protocol: HTTP}
              endpoints:
              - address: 127.0.0.1
                ports: {http: %d}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: front, namespace: default}
            spec:
              hosts: ["*"]
              gateways: [front]
              http:
              - route:
                - destination: {host: origin.example.com, port: {number: 80}}
            """.formatted(port));
        String address = SidecarTest.loopback();
        try (var gateway = gateway(address);
                var client = HttpClient.newHttpClient()) {
            await().until(gateway::ready);

            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://" + address + ":8180/a/b"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("a/b");
        } finally {
            origin.disposeNow();
        }
    }

    @Test
    void more_callers_connections_than_the_command_line_says_are_closed() throws Exception {
        Files.writeString(folder.resolve("all.yaml"), """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: 8080, name: http, protocol: HTTP}
                hosts: ["*"]
            """);
        String address = SidecarTest.loopback();
        try (var gateway = gateway(address, OptionalInt.of(1))) {
            await().until(gateway::ready);
            try (var first = new Socket(address, 8180);
                    var second = new Socket()) {
                first.setSoTimeout(10_000);
                first.getOutputStream().write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(first.getInputStream().read()).isEqualTo('H');
                second.setSoTimeout(10_000);

                second.connect(new InetSocketAddress(address, 8180));

                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void an_application_reaches_what_its_sidecar_shows_and_nothing_else() throws Exception {
        var origin = HttpServer.create()
                .runOn(LOOPS)
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> response.sendString(Mono.just("hello")))
                .bindNow();
        int port = ((InetSocketAddress) origin.address()).getPort();
        Files.writeString(folder.resolve("all.yaml"), """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: default, namespace: default}
            spec:
              outboundTrafficPolicy: {mode: REGISTRY_ONLY}
              egress:
              - hosts: ["*/shown.example.com"]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: origin, namespace: default}
            spec:
              hosts: [shown.example.com, hidden.example.com]
              resolution: STATIC
              ports:
              - {number: 80, name: http, protocol: HTTP}
              endpoints:
              - address: 127.0.0.1
                ports: {http: %d}
            """.formatted(port));
        try (var productpage =
                RunningProductpage.start(LOOPS, null, Config.FROM_BUS.withResources(folder), Duration.ofSeconds(2))) {
            await().until(productpage.sidecar()::ready);

            assertThat(productpage.get("http://shown.example.com/")).isEqualTo("hello");
            assertThat(productpage.status("http://hidden.example.com/")).isEqualTo(502);
            assertThat(productpage.status("http://unknown.example.org/")).isEqualTo(502);
        } finally {
            origin.disposeNow();
        }
    }

    @Test
    void a_fault_in_a_document_is_named_with_its_place() throws Exception {
        Files.writeString(folder.resolve("broken.yaml"), """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: front, namespace: default}
            spec:
              hosts: ["*"]
              htpp: []
            """);

        assertThatThrownBy(() -> gateway(SidecarTest.loopback()).close())
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.getExitCode()).isEqualTo(65))
                .hasMessageContaining("broken.yaml:6:3")
                .hasMessageContaining("htpp");
    }
}
