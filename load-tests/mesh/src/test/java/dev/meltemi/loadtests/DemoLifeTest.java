package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A demo of its own: what it shows, that it ends, and that it remembers.
class DemoLifeTest {
    private static final String RULE = "networking.istio.io/VirtualService/default/ratings";

    @TempDir
    Path folder = Path.of("");

    @Test
    void ctrl_c_ends_it_frees_its_ports_and_a_new_one_knows_the_rules() throws IOException {
        var first = RunningDemo.start(folder);
        assertThat(first.get(first.gateway() + "/productpage").body()).contains("<title>Simple Bookstore App</title>");
        try (var watch = new PublishedRule.Watch(first)) {
            watch.awaitAppliedEverywhere(PublishedRule.publish(first, RULE, """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: ratings}
                spec: {hosts: [ratings], http: [{directResponse: {status: 418}}]}
                """), 7);
        }

        first.interrupt();

        assertThat(first.endsWithin(Duration.ofSeconds(20)))
                .as("ends within 20 s")
                .isTrue();
        for (String url : new String[] {first.gateway(), first.bootstrapServers(), first.registry()}) {
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(
                        InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(url.replaceAll(".*:", ""))));
            }
        }
        first.close();
        try (var second = RunningDemo.start(folder)) {
            assertThat(second.get(second.gateway() + "/api/v1/products/0/ratings")
                            .statusCode())
                    .isEqualTo(418);
        }
    }

    @Test
    void telemetry_is_readable_with_the_registrys_schema() {
        try (var demo = RunningDemo.start(folder)) {
            var schema = demo.get(demo.registry() + "/subjects/mesh.telemetry.access-value/versions/latest");

            assertThat(schema.statusCode()).isEqualTo(200);
            assertThat(schema.body()).contains("\"id\":8", "destination_service");
        }
    }
}
