package dev.meltemi.bus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.kafka.Outage;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import reactor.test.StepVerifier;

@Timeout(90)
class KafkaOutageTest {
    @TempDir
    Path data;

    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(Outage.class);

    @BeforeEach
    void listen() {
        said.start();
        log.addAppender(said);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(said);
    }

    @Test
    void a_follower_outlives_its_broker_and_goes_on_where_it_stood() {
        var first = EmbeddedBroker.start(BrokerSettings.anyPort(data));
        int port = Integer.parseInt(first.bootstrapServers().split(":", 2)[1]);
        try (var bus = bus(first.bootstrapServers(), Duration.ofSeconds(2))) {
            bus.ensureTopics(List.of(Topics.ACCEPTED));
            publish(bus, "a");
            try (var followed = Followed.of(bus.follow(List.of(Topics.ACCEPTED)))) {
                followed.untilCaughtUp();

                first.close();
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> levels().contains(Level.WARN));
                try (var _ = EmbeddedBroker.start(BrokerSettings.anyPort(data).withPort(port))) {
                    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> levels().contains(Level.INFO));
                    publish(bus, "b");
                    followed.until(all -> Followed.records(all).equals(List.of("a=1", "b=1")));
                }
            }
        }
        assertThat(levels()).startsWith(Level.WARN, Level.INFO);
    }

    @Test
    void publishing_without_a_broker_fails_in_time_and_says_what_to_do() {
        try (var bus = bus("127.0.0.1:1", Duration.ofSeconds(1))) {
            StepVerifier.create(bus.publish(Write.put(Topics.ACCEPTED, "a", "1")))
                    .expectErrorSatisfies(e -> assertThat(e)
                            .isInstanceOf(BusException.class)
                            .hasMessageContaining("127.0.0.1:1")
                            .hasMessageContaining("next:"))
                    .verify(Duration.ofSeconds(15));
        }
    }

    private List<Level> levels() {
        return List.copyOf(said.list).stream().map(ILoggingEvent::getLevel).toList();
    }

    private static void publish(MeshBus bus, String key) {
        requireNonNull(bus.publish(Write.put(Topics.ACCEPTED, key, "1")).block(Duration.ofSeconds(20)));
    }

    private static KafkaBus bus(String bootstrapServers, Duration patience) {
        return KafkaBus.open(KafkaSettings.of(bootstrapServers, "outage-test")
                .withPatience(patience)
                .withTopicCheck(Duration.ofMillis(200)));
    }
}
