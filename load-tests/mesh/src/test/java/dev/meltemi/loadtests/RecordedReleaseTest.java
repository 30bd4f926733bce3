package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.meltemi.admission.Admission;
import dev.meltemi.admission.AdmissionSettings;
import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.InMemoryBus.Recorded;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.routecompiler.RouteCompiler;
import dev.meltemi.routecompiler.RouteCompilerSettings;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.sidecar.Sidecar;
import dev.meltemi.sidecar.SidecarSettings;
import dev.meltemi.sidecar.SidecarWorld;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.resources.LoopResources;

/// The topics of the release before, as a demo left them: today's code reads them, and runs on them.
@Timeout(120)
class RecordedReleaseTest {
    private static final String RELEASE = "/recorded/0.1.0/";
    /// Of the recorded `mesh.config`; accepted documents and cuts name it.
    private static final String CONFIG_ID = "AokhvCSeS-qqLdhgevLiug";
    private static final String DETAILS = "details.default.svc.cluster.local";
    private static final List<String> RECORDED = List.of(
            "config",
            "config.accepted",
            "workloads",
            "routes",
            "gateways",
            "endpoints",
            "revisions",
            "sidecars",
            "telemetry.access",
            "telemetry.events");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config",
                "config.accepted",
                "workloads",
                "routes",
                "gateways",
                "endpoints",
                "revisions",
                "sidecars",
                "telemetry.access",
                "telemetry.events"
            })
    void every_record_of_the_release_before_is_read(String name) throws Exception {
        var topic = topic(name);
        var records = records(name);

        assertThat(records).isNotEmpty();
        for (var record : records) {
            if (record.value() != null) {
                assertThat(topic.codec().decode(record.value())).isNotNull();
            }
        }
    }

    @Test
    void control_services_and_a_sidecar_run_on_the_topics_of_the_release_before() throws Exception {
        var bus = InMemoryBus.create();
        RECORDED.stream()
                .filter(name -> !name.startsWith("telemetry"))
                .forEach(name -> bus.restore(topic(name), name.equals("config") ? CONFIG_ID : name, records(name)));
        var draw = ThreadLocalRandom.current();
        String application = "127.%d.%d.%d".formatted(draw.nextInt(2, 250), draw.nextInt(250), draw.nextInt(2, 250));
        String proxy = "127.%d.%d.%d".formatted(draw.nextInt(2, 250), draw.nextInt(250), draw.nextInt(2, 250));
        var details = HttpServer.create(new InetSocketAddress(application, 9080), 0);
        details.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        details.start();
        var loops = LoopResources.create("recorded-release", 1, true);
        try (var admission = Admission.start(bus, InstantSource.system(), AdmissionSettings.DEFAULT);
                var compiler = RouteCompiler.start(bus, RouteCompilerSettings.DEFAULT);
                var sidecar = Sidecar.start(caller(proxy), SidecarWorld.of(loops, bus, null))) {
            await().until(() -> admission.health().active() && compiler.health().active());
            assertThat(admission.health().documents()).isEqualTo(8);
            assertThat(admission.health().alarm()).isEmpty();
            assertThat(compiler.health().alarm()).isEmpty();
            register(bus, application);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(status(proxy)).isEqualTo(200));

            publish(bus);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(status(proxy)).isEqualTo(418));
            assertThat(sidecar).isNotNull();
        } finally {
            details.stop(0);
            loops.disposeLater().block(Duration.ofSeconds(10));
            bus.close();
        }
    }

    private static SidecarSettings caller(String address) {
        return new SidecarSettings(
                new SidecarSettings.Who(
                        "caller-v1", "default", Map.of("app", "caller"), "caller", "Kubernetes", "", false, List.of()),
                SidecarSettings.Listen.at(address, 0).with(new SidecarSettings.Ports(15001, 0, 0, 0, 0)),
                SidecarSettings.Config.FROM_BUS,
                Duration.ZERO);
    }

    private static void register(InMemoryBus bus, String address) {
        var port = RegisteredPort.newBuilder()
                .setName("http")
                .setNumber(9080)
                .setProtocol("HTTP")
                .build();
        bus.publish(Write.put(
                        Topics.WORKLOADS,
                        "details-v1.today~1",
                        Registration.newBuilder()
                                .setInstance("details-v1.today~1")
                                .setWorkload("details-v1")
                                .setNamespace("default")
                                .setLabels(Map.of("app", "details", "version", "v1"))
                                .setAddress(address)
                                .setServices(List.of(RegisteredService.newBuilder()
                                        .setHost(DETAILS)
                                        .setPorts(List.of(port))
                                        .build()))
                                .build()))
                .block();
    }

    private static void publish(InMemoryBus bus) {
        String rule = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: details, namespace: default}
            spec:
              hosts: [details]
              http: [{directResponse: {status: 418}}]
            """;
        bus.publish(Write.put(
                        Topics.CONFIG,
                        "networking.istio.io/VirtualService/default/details",
                        rule.getBytes(StandardCharsets.UTF_8)))
                .block();
    }

    /// By an absolute URI to the sidecar's outbound port, as an application with a proxy setting asks.
    private static int status(String proxy) throws IOException {
        var via = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy, 15001));
        var connection = (HttpURLConnection)
                URI.create("http://details:9080/details/0").toURL().openConnection(via);
        connection.setConnectTimeout(2000);
        connection.setReadTimeout(5000);
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    private static Topic<?> topic(String name) {
        return Topics.all().stream()
                .filter(topic -> topic.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Lines of partition, offset, key, headers and value (base64, `-` for a tombstone), tab separated.
    private static List<Recorded> records(String name) {
        var records = new ArrayList<Recorded>();
        try (var in = RecordedReleaseTest.class.getResourceAsStream(RELEASE + name)) {
            var text = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
            text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                String[] columns = line.split("\t", -1);
                records.add(new Recorded(
                        Integer.parseInt(columns[0]),
                        Integer.parseInt(columns[1]),
                        columns[2],
                        columns[4].equals("-") ? null : Base64.getDecoder().decode(columns[4]),
                        headers(columns[3])));
            });
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
        return records;
    }

    private static Headers headers(String text) {
        var headers = Headers.NONE;
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                headers = headers.with(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return headers;
    }
}
