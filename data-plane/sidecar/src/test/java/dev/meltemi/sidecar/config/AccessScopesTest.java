package dev.meltemi.sidecar.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.SavedState;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.MutualTls;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Access fails closed, and only where nothing is known.
class AccessScopesTest {
    private final CompiledTopics topics = new CompiledTopics();
    private final Workload self =
            new Workload("reviews-v1~1", "reviews-v1", "default", Map.of("app", "reviews"), "", "Kubernetes", false);

    private static Outcome.Apply applied(CutAssembler assembler, TopicEvent<?>... events) {
        Outcome last = Outcome.WAIT;
        for (var event : events) {
            last = assembler.on(event);
        }
        assertThat(last).isInstanceOf(Outcome.Apply.class);
        return (Outcome.Apply) last;
    }

    private RunningConfig running(Outcome.Apply apply) {
        var running = new RunningConfig(self);
        running.run(apply.revision(), apply.compiled(), false, apply.unreadable());
        return running;
    }

    @Test
    void a_scope_that_cannot_be_read_and_was_never_known_lets_nobody_in_and_is_not_ready() {
        var apply = applied(
                new CutAssembler(),
                topics.service("reviews", 9080),
                topics.poisonedAccess("namespace/default"),
                topics.cut(1));

        var running = running(apply);

        assertThat(running.get().closedBy(9080)).isEqualTo("namespace/default");
        assertThat(running.serves()).isFalse();
        assertThat(running.summary().refusals())
                .anyMatch(why -> why.startsWith("access:0:0 namespace/default: not Avro"))
                .anyMatch(why -> why.contains("nobody gets in"));
        assertThat(apply.compiled().routes()).containsOnlyKeys("reviews");
    }

    @Test
    void a_scope_of_another_namespace_closes_nothing_here() {
        var apply = applied(new CutAssembler(), topics.poisonedAccess("workload/other/x"), topics.cut(1));

        assertThat(running(apply).serves()).isTrue();
    }

    @Test
    void a_scope_with_a_good_predecessor_keeps_what_it_said() {
        var assembler = new CutAssembler();
        applied(assembler, topics.access("mesh", MutualTls.STRICT), topics.cut(1));

        var apply = applied(assembler, topics.poisonedAccess("mesh"), topics.cut(2));

        assertThat(apply.compiled().access())
                .hasEntrySatisfying(
                        "mesh", rules -> assertThat(rules.getMutualTls()).isEqualTo(MutualTls.STRICT));
        assertThat(running(apply).serves()).isTrue();
        assertThat(apply.unreadable()).hasSize(1);
    }

    @Test
    void what_a_file_or_an_earlier_reading_knew_is_a_good_predecessor() {
        var known = AccessRules.newBuilder(AccessScopes.closed("mesh"))
                .setMutualTls(MutualTls.STRICT)
                .build();

        var assembler = new CutAssembler(Map.of("mesh", known), null, null);
        var apply = applied(assembler, topics.poisonedAccess("mesh"), topics.cut(1));

        assertThat(apply.compiled().access()).containsEntry("mesh", known);
    }

    @Test
    void a_closed_scope_is_saved_as_closed_and_opens_with_a_good_record() throws Exception {
        var assembler = new CutAssembler();
        var closed = applied(assembler, topics.poisonedAccess("mesh"), topics.cut(1));
        var saved = assembler.recordsOf(closed.revision()).orElseThrow().getFirst();

        var apply = applied(assembler, topics.access("mesh", MutualTls.PERMISSIVE), topics.cut(2));

        AccessRules inFile = Topics.ACCESS_RULES.codec().decode(saved.raw());
        assertThat(inFile.getMutualTls()).isEqualTo(MutualTls.UNKNOWN);
        assertThat(running(apply).serves()).isTrue();
    }

    @Test
    void a_file_without_access_rules_is_the_previous_version_s_and_is_read() throws Exception {
        var state = new SavedState(Instant.EPOCH, new Revision("id", 1, 1), Map.of(), List.of());

        assertThat(SavedConfig.of(state).compiled().access()).isEmpty();
    }
}
