package dev.meltemi.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlHealthTest {
    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews, namespace: default}
        spec: {ports: [{name: http, port: 9080}]}
        """;

    private final InMemoryBus bus = InMemoryBus.create();
    private final ControlPlane control =
            ControlPlane.start(ControlBuses.sharing(bus), "mesh.", "127.0.0.1", 0, Optional.empty());
    private final ControlHealth health = ControlHealth.start(control.metrics(), "127.0.0.1", 0);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        health.close();
        control.close();
        client.close();
        bus.close();
    }

    @Test
    void metrics_show_convergence_refusals_by_code_and_who_leads() {
        var accepted = publish("core/Service/default/reviews", SERVICE);
        publish("core/Service/default/wrong", "kind: [");
        Awaitility.await()
                .untilAsserted(() -> assertThat(page("/metrics"))
                        .contains("galley_validation_passed_total 1.0")
                        .contains("meltemi_documents{state=\"rejected\"} 1.0"));
        beat(accepted);

        Awaitility.await()
                .untilAsserted(() -> assertThat(page("/metrics"))
                        .contains("pilot_proxy_convergence_time_count 1")
                        .contains("pilot_proxy_convergence_time_bucket{le=\"30.0\"} 1")
                        .containsPattern("galley_validation_failed_total\\{reason=\"[A-Z]+\\d+\"} 1.0")
                        .contains("meltemi_leader{service=\"admission\"} 1.0")
                        .contains("meltemi_leader{service=\"route-compiler\"} 1.0")
                        .contains("meltemi_documents{state=\"accepted\"} 1.0")
                        .contains("meltemi_config_lag{service=\"admission\"} 0.0")
                        .contains("pilot_xds 1.0")
                        .containsPattern("meltemi_publish_seconds_count\\{service=\"admission\"} [1-9]"));
    }

    @Test
    void ready_until_an_alarm_stops_publication_and_live_all_the_while() throws Exception {
        publish("core/Service/default/reviews", SERVICE);
        Awaitility.await()
                .untilAsserted(() -> assertThat(page("/metrics")).contains("galley_validation_passed_total 1"));
        assertThat(status("/healthz/ready")).isEqualTo(200);

        bus.replace(Topics.CONFIG);

        Awaitility.await()
                .untilAsserted(() -> assertThat(status("/healthz/ready")).isEqualTo(503));
        assertThat(page("/healthz/ready")).contains("admission: ").contains("deleted and created again");
        assertThat(status("/healthz/live")).isEqualTo(200);
    }

    private Offset publish(String key, String text) {
        var write = Write.put(Topics.CONFIG, key, text.getBytes(StandardCharsets.UTF_8));
        return Objects.requireNonNull(bus.publish(write).block());
    }

    private void beat(Offset ran) {
        var beat = Heartbeat.newBuilder()
                .setInstance("reviews-v1~1")
                .setWorkload("reviews-v1")
                .setNamespace("default")
                .setVersion("0.1")
                .setSentAt(Instant.EPOCH)
                .setTopicId(ran.topicId())
                .setConfigOffset(ran.number())
                .setSequence(1)
                .build();
        bus.publish(Write.put(Topics.SIDECARS, "reviews-v1~1", beat)).block();
    }

    private String page(String path) throws IOException, InterruptedException {
        return get(path).body();
    }

    private int status(String path) throws IOException, InterruptedException {
        return get(path).statusCode();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + health.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
