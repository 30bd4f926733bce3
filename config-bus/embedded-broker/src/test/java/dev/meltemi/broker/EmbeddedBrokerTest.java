package dev.meltemi.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    @TempDir
    Path data;

    @Test
    void keeps_topics_over_a_restart_on_the_same_directory_and_frees_the_port() throws Exception {
        int port;
        try (var broker = EmbeddedBroker.start(BrokerSettings.anyPort(data))) {
            port = Integer.parseInt(broker.bootstrapServers().split(":", 2)[1]);
            try (var admin = admin(broker)) {
                admin.createTopics(List.of(new NewTopic("kept", 2, (short) 1)))
                        .all()
                        .get(10, TimeUnit.SECONDS);
            }
        }

        try (var broker = EmbeddedBroker.start(BrokerSettings.anyPort(data).withPort(port));
                var admin = admin(broker)) {
            assertThat(admin.listTopics().names().get(10, TimeUnit.SECONDS)).isEqualTo(Set.of("kept"));
        }
    }

    @Test
    void a_taken_port_is_an_error_that_names_port_and_owner_and_leaves_the_directory_free() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var settings = BrokerSettings.anyPort(data).withPort(taken.getLocalPort());

            assertThatThrownBy(() -> EmbeddedBroker.start(settings))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("pid " + ProcessHandle.current().pid())
                    .hasMessageContaining("--port-offset");
        }
        DataDirectory.open(data).close();
    }

    @Test
    void a_taken_controller_port_is_an_error_and_not_the_end_of_the_process() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var settings = new BrokerSettings(data, "127.0.0.1", 0, taken.getLocalPort());

            assertThatThrownBy(() -> EmbeddedBroker.start(settings))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining("controller");
        }
    }

    @Test
    void a_directory_in_use_is_an_error_that_names_the_owner() {
        try (var first = DataDirectory.open(data)) {
            assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.anyPort(first.path())))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining(data.toString())
                    .hasMessageContaining("pid " + ProcessHandle.current().pid())
                    .hasMessageContaining("--data-dir");
        }
    }

    @Test
    void a_directory_that_cannot_be_written_is_an_error_that_says_so() throws IOException {
        var file = Files.createFile(data.resolve("a-file"));

        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.anyPort(file.resolve("below"))))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("--data-dir");
    }

    private static Admin admin(EmbeddedBroker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }
}
