package dev.meltemi.sidecar.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.SavedRecord;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CutAssemblerTest {
    private final CompiledTopics topics = new CompiledTopics();
    private final CutAssembler assembler = new CutAssembler();

    private Outcome on(TopicEvent<?>... events) {
        Outcome last = Outcome.WAIT;
        for (var event : events) {
            last = assembler.on(event);
        }
        return last;
    }

    @Test
    void waits_until_a_cut_names_what_has_arrived() {
        var outcome = on(topics.service("reviews", 9080), topics.endpoint("reviews", "a", "10.0.0.1"));

        assertThat(outcome).isEqualTo(Outcome.WAIT);
    }

    @Test
    void an_empty_mesh_is_a_revision_too() {
        var outcome = on(topics.cut(-1));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.compiled().routes()).isEmpty());
    }

    @Test
    void runs_a_revision_whatever_the_order_in_which_its_topics_arrive() {
        var services = List.of(topics.service("details", 9080), topics.service("reviews", 9080));
        var endpoints = List.of(topics.endpoint("reviews", "a", "10.0.0.1"));
        var cut = List.of(topics.cut(7));
        for (int seed = 0; seed < 20; seed++) {
            var fresh = new CutAssembler();
            var applied = new ArrayList<Outcome.Apply>();

            for (var event : interleaved(new Random(seed), List.of(services, endpoints, cut))) {
                if (fresh.on(event) instanceof Outcome.Apply apply) {
                    applied.add(apply);
                }
            }

            assertThat(applied).singleElement().satisfies(apply -> {
                assertThat(apply.revision().offset()).isEqualTo(7);
                assertThat(apply.compiled().routes()).containsOnlyKeys("details", "reviews");
                assertThat(apply.compiled().endpoints()).containsOnlyKeys("reviews/a");
            });
        }
    }

    /// Each list in its own order, as partitions are.
    private static List<TopicEvent<?>> interleaved(Random random, List<List<? extends TopicEvent<?>>> lists) {
        var mixed = new ArrayList<TopicEvent<?>>();
        int[] next = new int[lists.size()];
        int left = lists.stream().mapToInt(List::size).sum();
        while (mixed.size() < left) {
            int from = random.nextInt(lists.size());
            if (next[from] < lists.get(from).size()) {
                mixed.add(lists.get(from).get(next[from]++));
            }
        }
        return mixed;
    }

    @Test
    void records_beyond_the_cut_wait_for_theirs() {
        var first = topics.service("reviews", 9080);
        var cut = topics.cut(1);
        var beyond = topics.service("ratings", 9080);

        assertThat(on(first, beyond, cut))
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.compiled().routes()).containsOnlyKeys("reviews"));
        assertThat(on(topics.cut(2)))
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.compiled().routes()).containsOnlyKeys("reviews", "ratings"));
    }

    @Test
    void a_deleted_service_is_gone_with_the_next_cut() {
        on(topics.service("reviews", 9080), topics.cut(1));

        var outcome = on(topics.withoutService("reviews"), topics.cut(2));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.compiled().routes()).isEmpty());
    }

    @Test
    void endpoints_change_at_once_between_cuts() {
        on(topics.service("reviews", 9080), topics.cut(1));

        var outcome = on(topics.endpoint("reviews", "b", "10.0.0.2"));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Endpoints.class,
                        endpoints -> assertThat(endpoints.changes()).containsOnlyKeys("reviews/b"));
    }

    @Test
    void a_record_that_the_cut_does_not_know_makes_it_refuse_and_say_which_topic() {
        topics.service("lost", 9080);
        var there = topics.service("reviews", 9080);

        var outcome = on(there, topics.cut(1));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refuse.class,
                        refuse -> assertThat(refuse.why()).contains("routes has 1 records", "names 2"));
    }

    @Test
    void a_record_that_cannot_be_read_leaves_what_its_key_held_and_the_rest_is_run() {
        var before = topics.service("reviews", 9080);
        on(before, topics.cut(1));

        var outcome = on(topics.poisonedService("reviews"), topics.service("ratings", 9080), topics.cut(2));

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Apply.class, apply -> {
            assertThat(apply.unreadable()).containsExactly("routes:0:1 reviews: not Avro");
            assertThat(apply.compiled().routes())
                    .containsOnlyKeys("ratings", "reviews")
                    .containsEntry("reviews", (ServiceRoutes) ((TopicEvent.Put<?>) before).value());
        });
    }

    @Test
    void a_record_that_cannot_be_read_and_has_no_predecessor_is_named_until_it_is_replaced() {
        var poisoned = on(topics.poisonedService("reviews"), topics.service("ratings", 9080), topics.cut(1));
        var mended = on(topics.service("reviews", 9080), topics.cut(2));

        assertThat(poisoned).isInstanceOfSatisfying(Outcome.Apply.class, apply -> {
            assertThat(apply.unreadable()).containsExactly("routes:0:0 reviews: not Avro");
            assertThat(apply.compiled().routes()).containsOnlyKeys("ratings");
        });
        assertThat(mended)
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.unreadable()).isEmpty());
    }

    @Test
    void garbage_of_somebody_else_on_a_compiled_topic_keeps_no_cut_from_being_run() {
        on(topics.service("reviews", 9080), topics.cut(1));

        var outcome = on(topics.foreignGarbage("reviews"), topics.service("ratings", 9080), topics.cut(2));

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Apply.class, apply -> {
            assertThat(apply.unreadable()).containsExactly("routes:0:1 reviews: not Avro");
            assertThat(apply.compiled().routes()).containsOnlyKeys("ratings", "reviews");
        });
    }

    @Test
    void holes_that_compaction_left_are_known_by_progress() {
        topics.service("reviews", 9080);
        var newer = topics.service("reviews", 9081);
        topics.withoutService("details");

        var before = on(newer, topics.cut(1));
        var after = assembler.on(new TopicEvent.Progress<>(Topics.ROUTES, "topic-routes", Map.of(0, 3L)));

        assertThat(before).isEqualTo(Outcome.WAIT);
        assertThat(after).isInstanceOf(Outcome.Apply.class);
    }

    @Test
    void what_is_delivered_again_changes_nothing() {
        var older = topics.service("reviews", 9080);
        var first = topics.cut(1);
        var newer = topics.service("reviews", 9081);
        on(older, first, newer, topics.cut(2));

        var again = on(older, first, newer);
        var next = on(older, topics.service("ratings", 9080), topics.cut(3));

        assertThat(again).isEqualTo(Outcome.WAIT);
        assertThat(next)
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.compiled().routes()).containsOnlyKeys("reviews", "ratings"));
    }

    @Test
    void an_endpoint_delivered_again_does_not_take_traffic_back() {
        var before = topics.endpoint("reviews", "b", "10.0.0.2");
        on(topics.service("reviews", 9080), before, topics.cut(1));
        on(topics.endpoint("reviews", "b", "10.0.0.3"));

        assertThat(on(before)).isEqualTo(Outcome.WAIT);
    }

    @Test
    void an_endpoint_that_cannot_be_read_is_named_and_leaves_what_was_there() {
        on(topics.service("reviews", 9080), topics.endpoint("reviews", "b", "10.0.0.2"), topics.cut(1));

        var poisoned = on(topics.poisonedEndpoint("reviews", "b"));
        var mended = on(topics.endpoint("reviews", "b", "10.0.0.3"));

        assertThat(poisoned).isInstanceOfSatisfying(Outcome.Endpoints.class, endpoints -> {
            assertThat(endpoints.changes()).isEmpty();
            assertThat(endpoints.unreadable()).containsExactly("endpoints:0:1 reviews/b: not Avro");
        });
        assertThat(mended)
                .isInstanceOfSatisfying(
                        Outcome.Endpoints.class,
                        endpoints -> assertThat(endpoints.unreadable()).isEmpty());
    }

    @Test
    void the_records_of_what_runs_are_without_those_of_a_refused_cut() {
        var runs = (Outcome.Apply) on(topics.service("reviews", 9080), topics.cut(1));
        var good = assembler.recordsOf(runs.revision()).orElseThrow();

        topics.service("lost", 9080);
        on(topics.service("ratings", 9080), topics.cut(2));
        on(topics.endpoint("reviews", "b", "10.0.0.2"));

        var now = assembler.recordsOf(runs.revision()).orElseThrow();
        assertThat(now).extracting(SavedRecord::key).containsExactly("reviews", "reviews/b");
        assertThat(now.getFirst().raw()).isEqualTo(good.getFirst().raw());
    }

    @Test
    void whoever_reads_the_topics_again_has_no_records_of_what_still_runs() {
        var runs = (Outcome.Apply) on(topics.service("reviews", 9080), topics.cut(1));

        var records = new CutAssembler().recordsOf(runs.revision());

        assertThat(records).isEmpty();
    }

    @Test
    void a_cut_of_new_topics_stays_when_another_topic_is_found_to_be_new_after_it() {
        on(topics.service("reviews", 9080), topics.cut(1));
        var rebuilt = new CompiledTopics();
        var service = rebuilt.service("ratings", 9080);

        on(new TopicEvent.Replaced<>(Topics.REVISIONS, "a", "b"), rebuilt.cut("config-2", 1));
        var outcome = on(new TopicEvent.Replaced<>(Topics.ROUTES, "a", "b"), service);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.compiled().routes()).containsOnlyKeys("ratings"));
    }
}
