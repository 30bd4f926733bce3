package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.sidecar.config.CutAssembler;
import dev.meltemi.sidecar.config.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the route-compiler really writes, delivered to a sidecar in every order that Kafka allows: partitions
/// race each other, and a reader that was sent back repeats itself. Whatever the sidecar runs was published like
/// that, in the end the newest.
@Timeout(120)
class CutsArePublishedStatesTest {
    private static final int INTERLEAVINGS = 100;

    @ParameterizedTest(name = "history {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void a_sidecar_runs_published_states_only_and_the_newest_in_the_end(long seed) {
        var history = PublishedHistory.random(seed);
        assertThat(history.cuts()).hasSizeGreaterThan(10);
        for (int i = 0; i < INTERLEAVINGS; i++) {
            runs(history, new Random(seed * INTERLEAVINGS + i));
        }
    }

    private static void runs(PublishedHistory history, Random random) {
        var assembler = new CutAssembler();
        var endpoints = new HashMap<String, Object>();
        long newest = -1;
        for (var event : delivered(history.partitions(), random)) {
            switch (assembler.on(event)) {
                case Outcome.Apply apply -> {
                    var state = history.at(apply.revision().sequence());
                    assertThat(state.unreadable())
                            .as("keys that nobody can read, at %s", apply.revision())
                            .isEmpty();
                    assertThat(apply.compiled().routes())
                            .as("routes at %s", apply.revision())
                            .isEqualTo(state.live(Topics.ROUTES));
                    assertThat(apply.compiled().gateways())
                            .as("gateways at %s", apply.revision())
                            .isEqualTo(state.live(Topics.GATEWAYS));
                    assertThat(apply.revision().sequence()).isGreaterThan(newest);
                    newest = apply.revision().sequence();
                    endpoints.clear();
                    endpoints.putAll(apply.compiled().endpoints());
                }
                case Outcome.Endpoints changed ->
                    changed.changes()
                            .forEach((key, now) ->
                                    now.ifPresentOrElse(one -> endpoints.put(key, one), () -> endpoints.remove(key)));
                case Outcome.Reread _ -> throw new AssertionError("nothing limits what it sees");
                case Outcome.Refuse refuse -> assertThat(refuse.why()).contains("routes");
                case Outcome.Wait() -> {}
            }
        }
        var last = history.cuts().getLast();
        assertThat(newest).isEqualTo(last.getSequence());
        assertThat(endpoints).isEqualTo(history.at(last.getSequence()).live(Topics.ENDPOINTS));
    }

    /// Each partition in its own order, from time to time once more from an earlier place.
    private static List<TopicEvent<?>> delivered(Map<String, List<TopicEvent<?>>> partitions, Random random) {
        var all = List.copyOf(partitions.values());
        int[] next = new int[all.size()];
        var delivered = new ArrayList<TopicEvent<?>>();
        var open = new ArrayList<Integer>();
        for (int i = 0; i < next.length; i++) {
            open.add(i);
        }
        while (!open.isEmpty()) {
            int partition = open.get(random.nextInt(open.size()));
            var events = all.get(partition);
            int until = Math.min(events.size(), next[partition] + 1 + random.nextInt(4));
            while (next[partition] < until) {
                delivered.add(events.get(next[partition]++));
            }
            if (random.nextInt(20) == 0) {
                next[partition] = random.nextInt(next[partition] + 1);
            } else if (next[partition] == events.size()) {
                open.remove(Integer.valueOf(partition));
            }
        }
        return delivered;
    }
}
