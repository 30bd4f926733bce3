package dev.meltemi.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class BrokerConnectionTest {
    @TempDir
    Path folder;

    @Test
    void a_port_on_which_nobody_listens_is_an_error_that_says_where_why_and_what_next() throws IOException {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        try (var connection = impatient("127.0.0.1:" + free)) {
            assertThatThrownBy(connection::requireReachable)
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("127.0.0.1:" + free + ": Connection refused")
                    .hasMessageContaining("waited 1.0 s")
                    .hasMessageContaining("--bootstrap-servers");
        }
    }

    @Test
    void a_server_that_is_no_broker_is_told_from_one_that_is_away() throws IOException {
        try (var silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
                var connection = impatient("127.0.0.1:" + silent.getLocalPort())) {
            assertThatThrownBy(connection::requireReachable)
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("accepts connections, but doesn't answer");
        }
    }

    @Test
    void a_host_that_nobody_knows_is_named() {
        try (var connection = impatient("broker.invalid:9092")) {
            assertThatThrownBy(connection::requireReachable)
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("broker.invalid:9092: unknown host");
        }
    }

    @Test
    void properties_of_a_file_win_over_ours() throws IOException {
        var file = Files.writeString(
                folder.resolve("client.properties"),
                "security.protocol=SSL\nclient.id=from-file\n",
                StandardCharsets.UTF_8);

        var follower =
                new ClientProperties(KafkaSettings.of("127.0.0.1:1", "ours").withProperties(file)).follower();

        assertThat(follower).containsEntry("security.protocol", "SSL").containsEntry("client.id", "from-file");
        assertThat(follower)
                .containsEntry("auto.offset.reset", "none")
                .containsEntry("isolation.level", "read_committed");
    }

    @Test
    void a_properties_file_that_is_not_there_is_named() {
        var missing = folder.resolve("missing.properties");

        assertThatThrownBy(() -> new BrokerConnection(
                        KafkaSettings.of("127.0.0.1:1", "c").withProperties(missing)))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining(missing.toString());
    }

    private static BrokerConnection impatient(String bootstrapServers) {
        return new BrokerConnection(KafkaSettings.of(bootstrapServers, "test").withPatience(Duration.ofSeconds(1)));
    }
}
