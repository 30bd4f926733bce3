package dev.meltemi.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.kafka.AccessAdministration;
import dev.meltemi.kafka.BrokerConnection;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.kafka.TopicAdministration;
import dev.meltemi.schemas.Topics;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(90)
class SecuredAccessLogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final Authority authority = Authority.create("cluster.local", Instant.now(), new SecureRandom());

    @Test
    void a_refused_certificate_costs_no_entry_and_few_words_and_a_good_one_sends_what_waited() throws IOException {
        var words = new ListAppender<ILoggingEvent>();
        words.start();
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        try (var broker = secured()) {
            var live = new AtomicReference<@Nullable Identity>();
            var settings =
                    KafkaSettings.of(broker.bootstrapServers(), "secured").withIdentity(live::get);
            try (var log = AccessLog.start(new AccessLog.Settings("reviews-v1~1", settings, 1024))) {
                root.addAppender(words);
                long begin = System.nanoTime();
                log.offer(Entries.path("/none-yet"));
                live.set(identity("sidecar", Instant.now().minus(Duration.ofDays(2))));
                await().atMost(PATIENCE).until(() -> seconds(begin) >= 4);
                long refusedFor = seconds(begin);
                int said = List.copyOf(words.list).size();
                assertThat(log.counters().sent()).isZero();

                live.set(identity("sidecar", Instant.now()));

                await().atMost(PATIENCE).until(() -> log.counters().sent() == 1);
                assertThat(log.counters().dropped()).isZero();
                assertThat(said).as("lines in %d s", refusedFor).isLessThanOrEqualTo((int) refusedFor);
            }
        } finally {
            root.detachAppender(words);
        }
    }

    private static long seconds(long since) {
        return Duration.ofNanos(System.nanoTime() - since).toSeconds();
    }

    private EmbeddedBroker secured() throws IOException {
        var own = identity("broker", Instant.now());
        var credentials = Files.createDirectories(folder.resolve("broker"));
        Files.writeString(
                credentials.resolve("cert.pem"), Pem.of(own.credential().chain()));
        Files.writeString(
                credentials.resolve("key.pem"), Pem.of(own.credential().key()));
        Files.writeString(credentials.resolve("roots.pem"), Pem.of(own.trust().roots()));
        var broker = EmbeddedBroker.start(
                BrokerSettings.anyPort(folder.resolve("data")).withCredentials(credentials));
        try (var connection = new BrokerConnection(
                KafkaSettings.of(broker.bootstrapServers(), "topics").withIdentity(() -> own))) {
            new TopicAdministration(connection).ensure(List.of(Topics.ACCESS, Topics.EVENTS));
            var rights = new AccessAdministration(connection);
            rights.add(rights.compare().missing());
        }
        return broker;
    }

    private Identity identity(String role, Instant issued) {
        return new Identity(
                authority.issue(
                        new SpiffeId("cluster.local", "istio-system", role),
                        role,
                        List.of(),
                        Duration.ofHours(1),
                        issued),
                authority.trust(1));
    }
}
