package dev.meltemi.sidecar.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.routing.EndpointInterest;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A sidecar that a Sidecar shows one service of five keeps that service's endpoints, and its own.
class EndpointInterestTest {
    private static final EndpointInterest SELF = new EndpointInterest(
            new Workload("productpage~1", "productpage", "default", Map.of(), "productpage", "mesh", false));

    private final CompiledTopics topics = new CompiledTopics();

    private static CutAssembler assembler(@Nullable EndpointFilter filter) {
        return new CutAssembler(Map.of(), SELF, filter);
    }

    private static Outcome on(CutAssembler assembler, List<TopicEvent<?>> events) {
        Outcome last = Outcome.WAIT;
        for (var event : events) {
            var outcome = assembler.on(event);
            last = outcome instanceof Outcome.Wait ? last : outcome;
        }
        return last;
    }

    private List<TopicEvent<?>> mesh(String... shown) {
        var events = new ArrayList<TopicEvent<?>>();
        events.add(topics.sidecar("default", shown));
        events.add(topics.caughtUp(Topics.SETTINGS));
        for (String host : List.of("a", "b", "c", "d", "e")) {
            events.add(topics.endpoint(host, host + "~1", "10.0.0.1"));
            events.add(topics.service(host, 9080));
        }
        events.add(topics.endpoint("e", "productpage~1", "10.0.0.2"));
        events.add(topics.cut(7));
        events.add(topics.caughtUp(Topics.REVISIONS));
        return events;
    }

    @Test
    void a_cut_of_the_past_is_not_taken_for_the_newest() {
        var starting = assembler(null);

        var past = on(starting, List.of(topics.cut(1)));
        var now = on(starting, mesh("*/*"));

        assertThat(past).isEqualTo(Outcome.WAIT);
        assertThat(now).isInstanceOf(Outcome.Reread.class);
    }

    @Test
    void what_it_sees_is_read_again_and_kept() {
        var mesh = mesh("*/b");
        var first = on(assembler(null), mesh);

        assertThat(first).isInstanceOfSatisfying(Outcome.Reread.class, reread -> {
            var second = on(assembler(reread.filter()), mesh);

            assertThat(second)
                    .isInstanceOfSatisfying(
                            Outcome.Apply.class,
                            apply -> assertThat(apply.compiled().endpoints())
                                    .containsOnlyKeys("b/b~1", "e/productpage~1"));
        });
    }

    @Test
    void a_service_that_comes_into_sight_is_read_again() {
        var mesh = mesh("*/b");
        var running = assembler(new EndpointFilter.Hosts(Set.of("b"), "/productpage~1"));
        on(running, mesh);

        var outcome = on(running, List.of(topics.sidecar("default", "*/b", "*/c"), topics.cut(8)));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Reread.class,
                        reread -> assertThat(reread.filter().keeps("c/c~1")).isTrue());
    }

    @Test
    void who_sees_most_of_the_mesh_keeps_all_of_it() {
        var outcome = on(assembler(null), mesh("*/*"));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Reread.class,
                        reread -> assertThat(on(assembler(reread.filter()), mesh("*/*")))
                                .isInstanceOf(Outcome.Apply.class));
    }

    @Test
    void who_sees_less_later_keeps_less() {
        var running = assembler(EndpointFilter.ALL);
        on(running, mesh("*/*"));

        var outcome = on(running, List.of(topics.sidecar("default", "*/b"), topics.cut(8)));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Apply.class,
                        apply -> assertThat(apply.compiled().endpoints()).containsOnlyKeys("b/b~1", "e/productpage~1"));
    }
}
