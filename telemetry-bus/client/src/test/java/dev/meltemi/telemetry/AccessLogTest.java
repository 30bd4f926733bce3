package dev.meltemi.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import dev.meltemi.schemas.telemetry.MeshEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real broker that is frozen as an operating system freezes it.
class AccessLogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static BrokerProcess broker;
    private static ReadTopics topics;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(directory);
        topics = new ReadTopics(broker.bootstrapServers());
        topics.create(Topics.EVENTS);
    }

    @AfterAll
    static void stop() throws Exception {
        topics.close();
        broker.close();
    }

    @Test
    void survives_a_missing_topic_and_a_frozen_broker_with_every_loss_told() throws Exception {
        try (var log = log("reviews-v1~1", 256)) {
            log.offer(Entries.path("/before-the-topic"));
            await().atMost(PATIENCE).until(log::connected); // its first event arrived
            topics.create(Topics.ACCESS);
            await().atMost(PATIENCE).until(() -> log.counters().sent() == 1);

            broker.freeze();
            long slowest = offerUntilDropped(log, 5_000);
            await().atMost(PATIENCE).until(() -> !log.connected());
            broker.thaw();
            await().atMost(PATIENCE).until(() -> log.counters().waiting() == 0);
            log.offer(Entries.path("/after"));
            await().atMost(PATIENCE).until(() -> log.counters().waiting() == 0);
            await().atMost(PATIENCE)
                    .until(() -> told("reviews-v1~1") == log.counters().dropped());
            await().atMost(PATIENCE).until(() -> types("reviews-v1~1").getLast().equals("bus_connected"));

            var counters = log.counters();
            List<Long> arrived = sequences("reviews-v1~1");
            assertThat(counters.dropped()).isPositive();
            assertThat(arrived).isSorted().doesNotHaveDuplicates().hasSize((int) counters.sent());
            assertThat(counters.sent() + counters.dropped()).isEqualTo(arrived.getLast() + 1);
            assertThat(missing(arrived)).isEqualTo(gaps("reviews-v1~1"));
            assertThat(types("reviews-v1~1")).contains("bus_lost").endsWith("bus_connected");
            assertThat(slowest).as("µs of the 99th percentile of an offer").isLessThan(1_000);
        }
    }

    @Test
    void without_any_broker_offering_never_waits_and_closing_is_quick() {
        long begin = System.nanoTime();
        var log = AccessLog.start(new AccessLog.Settings("nobody~1", KafkaSettings.of("127.0.0.1:1", "test"), 64));

        for (int i = 0; i < 10_000; i++) {
            log.offer(Entries.path("/"));
        }
        log.close(Duration.ofMillis(100));

        assertThat(log.connected()).isFalse();
        assertThat(log.counters().dropped()).isGreaterThanOrEqualTo(10_000 - 64 - 1);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    private static AccessLog log(String instance, int capacity) {
        return AccessLog.start(
                new AccessLog.Settings(instance, KafkaSettings.of(broker.bootstrapServers(), "test"), capacity));
    }

    /// @return the 99th percentile of how long an offer took, µs
    private static long offerUntilDropped(AccessLog log, int count) {
        long[] took = new long[count];
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            log.offer(Entries.path("/frozen"));
            took[i] = (System.nanoTime() - begin) / 1_000;
        }
        await().atMost(PATIENCE).until(() -> {
            log.offer(Entries.path("/frozen"));
            return log.counters().dropped() > 100;
        });
        Arrays.sort(took);
        return took[count * 99 / 100];
    }

    /// Without the gaps, in the order in which they happened.
    private static List<String> types(String instance) {
        return topics.events().stream()
                .filter(event -> event.getInstance().equals(instance))
                .map(MeshEvent::getType)
                .filter(type -> !type.equals("gap"))
                .toList();
    }

    private static List<Long> sequences(String instance) {
        return topics.access().stream()
                .filter(event -> event.getInstance().equals(instance))
                .map(AccessEvent::getSequence)
                .toList();
    }

    private static Set<Long> missing(List<Long> arrived) {
        var all = new HashSet<>(
                LongStream.rangeClosed(0, arrived.getLast()).boxed().toList());
        arrived.forEach(all::remove);
        return all;
    }

    private static Set<Long> gaps(String instance) {
        var numbers = new ArrayList<Long>();
        gapEvents(instance)
                .forEach(gap -> LongStream.rangeClosed(gap.getFirstSequence(), gap.getLastSequence())
                        .forEach(numbers::add));
        return new HashSet<>(numbers);
    }

    private static long told(String instance) {
        return gapEvents(instance).stream()
                .mapToLong(gap -> gap.getLastSequence() - gap.getFirstSequence() + 1)
                .sum();
    }

    private static List<MeshEvent> gapEvents(String instance) {
        return topics.events().stream()
                .filter(event -> event.getInstance().equals(instance))
                .filter(event -> event.getType().equals("gap"))
                .toList();
    }
}
