package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.LastKnownGood;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.bus.state.SavedRecord;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreCommandTest {
    private static final String YOUNG = "networking.istio.io/VirtualService/default/young";
    private static final String OLD = "networking.istio.io/VirtualService/default/old";

    private final Operator operator = new Operator();

    @TempDir
    Path state;

    @Test
    void what_is_lost_is_published_in_its_old_order_and_ends_with_what_it_restores() {
        saved();

        int code = operator.types("restore", "--state-dir", state.toString(), "--yes");

        assertThat(code).isZero();
        assertThat(operator.out()).contains("restored 2 documents of topic id lost");
        assertThat(config()).extracting(TopicEvent.Put::key).containsExactly(OLD, YOUNG, Restore.KEY);
        assertThat(config().getFirst().headers().last(Headers.AUTHOR)).contains("ann");
        assertThat(Restore.parse(config().getLast().raw()))
                .hasValueSatisfying(restore -> assertThat(restore.restores()).containsExactly("lost"));
    }

    @Test
    void a_second_time_there_is_nothing_to_restore() {
        saved();
        operator.types("restore", "--state-dir", state.toString(), "--yes");

        int code = operator.types("restore", "--state-dir", state.toString(), "--yes");

        assertThat(code).isZero();
        assertThat(operator.out()).contains("nothing to restore");
        assertThat(config()).hasSize(3);
    }

    @Test
    void a_dry_run_only_shows_and_without_yes_nothing_happens_either() {
        saved();

        int dry = operator.types("restore", "--state-dir", state.toString(), "--dry-run");
        var shown = operator.out();
        int unsure = operator.types("restore", "--state-dir", state.toString());

        assertThat(dry).isZero();
        assertThat(shown).contains(OLD, YOUNG);
        assertThat(unsure).isEqualTo(64);
        assertThat(operator.err()).contains("--yes", "nothing was published");
        assertThat(config()).isEmpty();
    }

    @Test
    void without_a_state_it_says_who_writes_one() {
        int code = operator.types("restore", "--state-dir", state.toString(), "--yes");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("meltemi control --state-dir");
    }

    private void saved() {
        var records = List.of(document(YOUNG, 4, 7), document(OLD, 9, 2));
        new LastKnownGood(state.resolve(Memory.RULES), Duration.ofDays(1), InstantSource.fixed(Operator.NOW))
                .save(new Revision("lost", 9, 3), records);
    }

    private static SavedRecord document(String key, long offset, long created) {
        var headers = Headers.NONE
                .with(Headers.CONFIG_TOPIC_ID, "lost")
                .with(Headers.CONFIG_OFFSET, Long.toString(offset))
                .with(Headers.CREATED_SEQUENCE, Long.toString(created))
                .with(Headers.AUTHOR, "ann");
        return new SavedRecord(Topics.ACCEPTED.name(), key, key.getBytes(StandardCharsets.UTF_8), headers);
    }

    private List<TopicEvent.Put<?>> config() {
        return Objects.requireNonNull(operator.bus
                .follow(List.of(Topics.CONFIG))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                .<TopicEvent.Put<?>>handle((event, sink) -> {
                    if (event instanceof TopicEvent.Put<?> put) {
                        sink.next(put);
                    }
                })
                .collectList()
                .block());
    }
}
