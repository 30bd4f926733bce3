package dev.meltemi.bus;

import static dev.meltemi.bus.MeshBus.Write.delete;
import static dev.meltemi.bus.MeshBus.Write.put;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Retention;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.test.StepVerifier;

/// What every bus promises; run against each of them.
@Timeout(60)
interface BusContract {
    Topic<String> NOTES = new Topic<>(
            "notes",
            new Retention.Compacted(),
            3,
            Topics.ACCEPTED.codec(),
            Set.of(),
            Set.of(),
            1 << 20,
            "Text in three partitions.");
    Topic<String> LINE = Topics.ACCEPTED;

    BusUnderTest carrier();

    @BeforeEach
    default void topics_exist() {
        carrier().bus().ensureTopics(List.of(NOTES, LINE, Topics.CONFIG, Topics.ROUTES, Topics.SCHEMAS));
    }

    @AfterEach
    default void close() {
        carrier().close();
    }

    @Test
    default void a_follower_gets_the_state_and_then_what_happens() {
        var bus = carrier().bus();
        publish(bus, put(LINE, "a", "1"));
        publish(bus, put(LINE, "b", "2"));
        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            var past = followed.untilCaughtUp();

            publish(carrier().another(), put(LINE, "a", "3"));

            assertThat(Followed.records(past)).containsExactly("a=1", "b=2");
            var events = followed.until(all -> Followed.records(all).size() == 3);
            assertThat(Followed.records(events)).containsExactly("a=1", "b=2", "a=3");
        }
    }

    @Test
    default void an_empty_topic_is_caught_up_at_once() {
        try (var followed = Followed.of(carrier().bus().follow(List.of(NOTES)))) {
            var events = followed.untilCaughtUp();

            assertThat(events)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            TopicEvent.CaughtUp.class,
                            caughtUp -> assertThat(caughtUp.topicId()).isNotEmpty());
        }
    }

    @Test
    default void each_topic_is_caught_up_exactly_once_and_after_its_past() {
        var bus = carrier().bus();
        var keys = IntStream.range(0, 50).mapToObj(i -> "k" + i).toList();
        bus.fencedWriter("w").commit(writes(NOTES, keys, "1"));
        try (var followed = Followed.of(bus.follow(List.of(NOTES, LINE)))) {
            var events = followed.until(all -> caughtUp(all).size() == 2);

            assertThat(Followed.records(events)).hasSize(50);
            assertThat(caughtUp(events)).containsExactlyInAnyOrder(NOTES, LINE);
            var lastPut = events.stream()
                    .filter(e -> e instanceof TopicEvent.Put)
                    .toList()
                    .getLast();
            var reached = events.stream()
                    .filter(e -> e instanceof TopicEvent.CaughtUp && e.topic().equals(NOTES))
                    .findFirst();
            assertThat(events.indexOf(reached.orElseThrow())).isGreaterThan(events.indexOf(lastPut));
        }
    }

    @Test
    default void records_of_a_partition_come_in_their_order() {
        var bus = carrier().bus();
        try (var followed = Followed.of(bus.follow(List.of(NOTES)))) {
            followed.untilCaughtUp();
            var writer = bus.fencedWriter("w");
            for (int round = 0; round < 20; round++) {
                writer.commit(writes(NOTES, List.of("a", "b", "c", "d", "e"), Integer.toString(round)));
            }

            var events = followed.until(all -> Followed.records(all).size() == 100);

            for (var key : List.of("a", "b", "c", "d", "e")) {
                assertThat(Followed.records(events).stream().filter(r -> r.startsWith(key + "=")))
                        .containsExactlyElementsOf(IntStream.range(0, 20)
                                .mapToObj(round -> key + "=" + round)
                                .toList());
            }
        }
    }

    @Test
    default void a_tombstone_is_a_deletion() {
        var bus = carrier().bus();
        publish(bus, put(LINE, "a", "1"));
        publish(bus, delete(LINE, "a"));
        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            assertThat(Followed.records(followed.untilCaughtUp())).containsExactly("a=1", "-a");
        }
    }

    @Test
    default void headers_and_raw_bytes_arrive_as_they_were_written() {
        var bus = carrier().bus();
        var headers = Headers.NONE.with(Headers.AUTHOR, "ada").with("x", "1").with("x", "2");
        publish(bus, new MeshBus.Write<>(LINE, "a", "Grüße", headers));
        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            var put = (TopicEvent.Put<?>) followed.untilCaughtUp().getFirst();

            assertThat(put.headers().last("x")).contains("2");
            assertThat(put.headers().last(Headers.AUTHOR)).contains("ada");
            assertThat(put.headers().all()).hasSize(3);
            assertThat(put.raw()).isEqualTo("Grüße".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    default void publish_says_where_the_record_stands() {
        var bus = carrier().bus();
        var before = Instant.now().minusSeconds(60);
        var first = publish(bus, put(LINE, "a", "1"));
        var second = publish(bus, put(LINE, "a", "2"));
        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            var events = followed.untilCaughtUp();

            assertThat(first.number()).isZero();
            assertThat(second).isEqualTo(((TopicEvent.Put<?>) events.get(1)).at());
            assertThat(second.number()).isEqualTo(1);
            assertThat(second.brokerTime()).isAfter(before);
        }
    }

    @Test
    default void a_record_beyond_the_topics_limit_is_refused() {
        var tooLarge = "x".repeat(LINE.maxBytes() + 1);

        StepVerifier.create(carrier().bus().publish(put(LINE, "a", tooLarge)))
                .expectErrorSatisfies(
                        e -> assertThat(e).isInstanceOf(BusException.class).hasMessageContaining("too large"))
                .verify(Duration.ofSeconds(20));
    }

    @Test
    default void a_record_that_its_codec_cannot_read_is_poisoned_and_the_rest_goes_on() {
        var bus = carrier().bus();
        carrier().append(Topics.ROUTES, "reviews", new byte[] {7, 7});
        try (var followed = Followed.of(bus.follow(List.of(Topics.ROUTES)))) {
            var poisoned = (TopicEvent.Poisoned<?>) followed.untilCaughtUp().getFirst();

            assertThat(poisoned.key()).isEqualTo("reviews");
            assertThat(poisoned.value()).containsExactly(7, 7);
            assertThat(poisoned.why()).contains("Confluent wire format");
            publish(bus, delete(Topics.ROUTES, "reviews"));
            followed.until(all -> Followed.records(all).equals(List.of("!reviews", "-reviews")));
        }
    }

    @Test
    default void a_record_of_a_newer_version_is_read_with_the_schema_that_stands_on_the_topic() {
        var unregistered = new NewerRoutes(carrier().schemaId());
        var newer = new NewerRoutes(carrier().schemaId());
        publish(carrier().bus(), put(Topics.SCHEMAS, "mesh.routes-value/99", newer.schema()));
        carrier().append(Topics.ROUTES, "nobody-knows", unregistered.routes("early"));
        carrier().append(Topics.ROUTES, "reviews", newer.routes("reviews.default"));
        try (var followed = Followed.of(carrier().bus().follow(List.of(Topics.ROUTES)))) {
            var events = followed.untilCaughtUp();

            assertThat(events)
                    .filteredOn(TopicEvent.Put.class::isInstance)
                    .extracting(put -> ((TopicEvent.Put<?>) put).value())
                    .first()
                    .isInstanceOfSatisfying(
                            ServiceRoutes.class,
                            routes -> assertThat(routes.getHost()).isEqualTo("reviews.default"));
            assertThat(events)
                    .filteredOn(TopicEvent.Poisoned.class::isInstance)
                    .extracting(poisoned -> ((TopicEvent.Poisoned<?>) poisoned).why())
                    .first()
                    .asString()
                    .contains("its writer is newer");
        }
    }

    @Test
    default void progress_passes_what_transactions_leave_behind() {
        var bus = carrier().bus();
        var offsets = bus.fencedWriter("w").commit(List.of(put(LINE, "a", "1"), put(LINE, "b", "2")));
        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            // the marker that ends the transaction stands behind the last record
            long beyond = offsets.getLast().number() + 2;

            var events = followed.until(all -> positions(all).getOrDefault(0, 0L) >= beyond);

            assertThat(Followed.records(events)).containsExactly("a=1", "b=2");
        }
    }

    @Test
    default void a_transaction_is_seen_whole_and_can_name_its_own_offsets() {
        var bus = carrier().bus();
        try (var followed = Followed.of(bus.follow(List.of(NOTES, LINE)))) {
            followed.until(all -> caughtUp(all).size() == 2);
            var seen = new ArrayList<Offset>();

            var offsets = bus.fencedWriter("w").commit(List.of(put(NOTES, "a", "1"), put(NOTES, "b", "2")), written -> {
                seen.addAll(written);
                return List.of(put(LINE, "cut", numbers(written)));
            });

            assertThat(seen).hasSize(2).isEqualTo(offsets.subList(0, 2));
            assertThat(offsets).hasSize(3);
            var events = followed.until(all -> Followed.records(all).size() == 3);
            assertThat(Followed.records(events))
                    .containsExactlyInAnyOrder("a=1", "b=2", "cut=" + numbers(offsets.subList(0, 2)));
        }
    }

    @Test
    default void a_transaction_that_fails_half_way_is_never_seen_and_the_writer_goes_on() {
        var bus = carrier().bus();
        var writer = bus.fencedWriter("w");
        assertThatThrownBy(() -> writer.commit(List.of(put(LINE, "a", "lost")), _ -> {
                    throw new IllegalStateException("no cut today");
                }))
                .hasMessage("no cut today");

        writer.commit(List.of(put(LINE, "a", "kept")));

        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            assertThat(Followed.records(followed.untilCaughtUp())).containsExactly("a=kept");
        }
    }

    @Test
    default void a_newer_writer_fences_the_older() {
        var older = carrier().bus().fencedWriter("w");
        older.commit(List.of(put(LINE, "a", "older")));
        var newer = carrier().another().fencedWriter("w");

        assertThatThrownBy(() -> older.commit(List.of(put(LINE, "a", "zombie"))))
                .isInstanceOf(FencedException.class);

        newer.commit(List.of(put(LINE, "a", "newer")));
        try (var followed = Followed.of(carrier().bus().follow(List.of(LINE)))) {
            assertThat(Followed.records(followed.untilCaughtUp())).containsExactly("a=older", "a=newer");
        }
    }

    @Test
    default void leadership_is_one_process_s_and_passes_on_when_it_is_given_back() {
        var first = new CopyOnWriteArrayList<Boolean>();
        var second = new CopyOnWriteArrayList<Boolean>();
        var leading = carrier().bus().leadership("svc").subscribe(first::add);
        Awaitility.await().untilAsserted(() -> assertThat(first).containsExactly(true));
        var standby = carrier().another().leadership("svc").subscribe(second::add);
        Awaitility.await().during(Duration.ofSeconds(2)).until(() -> second.isEmpty() && first.size() == 1);

        leading.dispose();

        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(second).containsExactly(true));
        standby.dispose();
    }

    @Test
    default void a_topic_that_was_deleted_and_created_again_is_an_alarm_and_no_deletion() {
        var bus = carrier().bus();
        publish(bus, put(LINE, "a", "1"));
        publish(bus, put(LINE, "b", "1"));
        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            followed.untilCaughtUp();

            carrier().replace(LINE);

            var events = followed.until(all -> caughtUp(all).size() == 2);
            publish(carrier().another(), put(LINE, "c", "1"));
            followed.until(all -> Followed.records(all).equals(List.of("a=1", "b=1", "c=1")));
            var replaced = events.stream()
                    .<TopicEvent.Replaced<?>>mapMulti((e, out) -> {
                        if (e instanceof TopicEvent.Replaced<?> r) {
                            out.accept(r);
                        }
                    })
                    .toList();
            assertThat(replaced)
                    .singleElement()
                    .satisfies(r -> assertThat(r.now()).isNotEqualTo(r.before()));
        }
    }

    @Test
    default void without_demand_nothing_is_delivered() {
        var bus = carrier().bus();
        bus.fencedWriter("w")
                .commit(writes(
                        LINE, IntStream.range(0, 300).mapToObj(i -> "k" + i).toList(), "1"));

        StepVerifier.create(bus.follow(List.of(LINE)).filter(e -> e instanceof TopicEvent.Put), 0)
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(300))
                .thenRequest(10)
                .expectNextCount(10)
                .expectNoEvent(Duration.ofMillis(300))
                .thenRequest(290)
                .expectNextCount(290)
                .thenCancel()
                .verify(Duration.ofSeconds(20));
    }

    @Test
    default void a_tail_leaves_out_the_past() {
        var bus = carrier().bus();
        publish(bus, put(LINE, "past", "1"));
        try (var followed = Followed.of(bus.tail(List.of(LINE), null))) {
            followed.untilCaughtUp();

            publish(bus, put(LINE, "now", "1"));

            var events = followed.until(all -> !Followed.records(all).isEmpty());
            assertThat(Followed.records(events)).containsExactly("now=1");
        }
    }

    @Test
    default void a_tail_since_a_moment_begins_there() {
        var bus = carrier().bus();
        var first = publish(bus, put(LINE, "a", "1"));
        Offset second;
        int round = 0;
        do { // until the broker's clock has moved on
            second = publish(bus, put(LINE, "b", Integer.toString(round++)));
        } while (!second.brokerTime().isAfter(first.brokerTime()));
        try (var followed = Followed.of(bus.tail(List.of(LINE), second.brokerTime()))) {
            var events = followed.untilCaughtUp();

            assertThat(((TopicEvent.Put<?>) events.getFirst()).at()).isEqualTo(second);
        }
    }

    @Test
    default void following_a_topic_that_does_not_exist_is_an_error_that_says_so() {
        var nowhere = new Topic<>("nowhere", new Retention.Compacted(), 1, LINE.codec(), Set.of(), Set.of(), 10, "");

        try (var followed = Followed.of(carrier().bus().follow(List.of(nowhere)))) {
            assertThat(followed.untilError())
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("exist")
                    .hasMessageContaining("next:");
        }
    }

    @Test
    default void closing_the_bus_completes_its_followers() {
        var bus = carrier().bus();

        StepVerifier.create(bus.follow(List.of(LINE)).filter(e -> e instanceof TopicEvent.CaughtUp))
                .expectNextCount(1)
                .then(bus::close)
                .expectComplete()
                .verify(Duration.ofSeconds(20));
    }

    @Test
    default void topics_can_be_ensured_again_and_keep_what_is_in_them() {
        var bus = carrier().bus();
        publish(bus, put(LINE, "a", "1"));

        bus.ensureTopics(List.of(LINE, NOTES));

        try (var followed = Followed.of(bus.follow(List.of(LINE)))) {
            assertThat(Followed.records(followed.untilCaughtUp())).containsExactly("a=1");
        }
    }

    private static Offset publish(MeshBus bus, MeshBus.Write<?> write) {
        return requireNonNull(bus.publish(write).block(Duration.ofSeconds(20)));
    }

    private static List<MeshBus.Write<?>> writes(Topic<String> topic, List<String> keys, String value) {
        return keys.stream()
                .<MeshBus.Write<?>>map(key -> put(topic, key, value))
                .toList();
    }

    private static List<Topic<?>> caughtUp(List<TopicEvent<?>> events) {
        return events.stream()
                .filter(TopicEvent.CaughtUp.class::isInstance)
                .<Topic<?>>map(TopicEvent::topic)
                .toList();
    }

    private static Map<Integer, Long> positions(List<TopicEvent<?>> events) {
        return events.stream()
                .<Map<Integer, Long>>mapMulti((event, out) -> {
                    if (event instanceof TopicEvent.Progress<?> progress) {
                        out.accept(progress.positions());
                    }
                })
                .reduce(Map.of(), (_, later) -> later);
    }

    private static String numbers(List<Offset> offsets) {
        return offsets.stream()
                .map(at -> at.partition() + ":" + at.number())
                .toList()
                .toString();
    }
}
