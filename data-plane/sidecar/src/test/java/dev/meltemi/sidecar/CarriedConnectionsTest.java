package dev.meltemi.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Forward;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Ports;
import dev.meltemi.sidecar.SidecarSettings.Who;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.resources.LoopResources;

/// Documents to sockets, for what isn't HTTP.
class CarriedConnectionsTest {
    private static final LoopResources LOOPS = LoopResources.create("carried", 1, 2, true);

    @TempDir
    Path folder;

    private ServerSocket server;

    @BeforeEach
    void a_server_that_speaks_first() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket visit = server.accept()) {
                    visit.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException closed) {
                    return;
                }
            }
        });
        Files.writeString(folder.resolve("all.yaml"), """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: db, namespace: default}
            spec:
              hosts: [db.example.com]
              location: MESH_INTERNAL
              resolution: STATIC
              ports:
              - {number: 3306, name: tcp, protocol: TCP}
              endpoints:
              - address: 127.0.0.1
                ports: {tcp: %d}
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: 7000, name: tcp, protocol: TCP}
                hosts: ["*"]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: db, namespace: default}
            spec:
              hosts: ["*"]
              gateways: [front]
              tcp:
              - match: [{port: 7000}]
                route:
                - destination: {host: db.example.com, port: {number: 3306}}
            """.formatted(server.getLocalPort()));
    }

    @AfterEach
    void it_is_silent() throws IOException {
        server.close();
    }

    private Sidecar start(boolean gateway, Listen listen) {
        Map<String, String> labels = gateway ? Map.of("istio", "ingressgateway") : Map.of("app", "shop");
        var who = new Who("shop", "default", labels, "", "Kubernetes", "", gateway, List.of());
        var settings = new SidecarSettings(who, listen, Config.FROM_BUS.withResources(folder), Duration.ofSeconds(2));
        return Sidecar.start(settings, SidecarWorld.of(LOOPS, null, null));
    }

    @Test
    void a_gateways_tcp_port_leads_where_a_tcp_route_says() throws Exception {
        String address = SidecarTest.loopback();
        try (var gateway = start(true, new Listen(address, address, 100, 0, Ports.NONE))) {
            await().until(gateway::ready);

            assertThat(heard(address, 7100)).isEqualTo("hello\n");
        }
    }

    @Test
    void a_port_of_the_sidecar_stands_for_a_services() throws Exception {
        String address = SidecarTest.loopback();
        var listen =
                Listen.at(address, 0).with(Ports.NONE).forwarding(List.of(new Forward(3306, "db.example.com", 3306)));
        try (var sidecar = start(false, listen)) {
            await().until(sidecar::ready);

            assertThat(heard(address, 3306)).isEqualTo("hello\n");
        }
    }

    private static String heard(String address, int port) throws IOException {
        try (var socket = new Socket(address, port)) {
            socket.setSoTimeout(10_000);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
