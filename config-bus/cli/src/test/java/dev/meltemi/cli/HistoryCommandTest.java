package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class HistoryCommandTest {
    private static final String KEY = "networking.istio.io/VirtualService/default/reviews";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Operator operator = new Operator();

    @BeforeEach
    void three_versions_of_reviews() {
        told(KEY, 1842, "ada", "canary", -1, null, "a\nb\nc");
        told("core/Service/default/details", 1843, "bob", "", -1, null, "x");
        told(KEY, 1850, "bob", "", 1842, "a\nb\nc", "a\nB\nc\nd");
    }

    private void told(
            String key,
            long offset,
            String who,
            String why,
            long beforeOffset,
            @Nullable String before,
            @Nullable String after) {
        var entry = new LinkedHashMap<String, @Nullable Object>();
        entry.put("key", key);
        entry.put("offset", offset);
        entry.put("who", who);
        entry.put("why", why);
        entry.put("when", "2026-01-02T03:00:00Z");
        entry.put("beforeOffset", beforeOffset);
        entry.put("before", before);
        entry.put("after", after);
        operator.bus
                .publish(Write.put(Topics.HISTORY, key, JSON.writeValueAsString(entry)))
                .block();
    }

    @Test
    void history_tells_who_why_and_how_much_changed_the_newest_first() {
        int code = operator.types("history");

        assertThat(code).isZero();
        assertThat(operator.out()).isEqualTo("""
            OFFSET   WHEN                   WHO   WHY      KIND/NAME                CHANGE
            1850     2026-01-02T03:00:00Z   bob   -        virtualservice/reviews   updated +2 -1
            1843     2026-01-02T03:00:00Z   bob   -        service/details          created +1
            1842     2026-01-02T03:00:00Z   ada   canary   virtualservice/reviews   created +3
            """);
    }

    @Test
    void history_of_one_document_shows_its_lines() {
        operator.types("history", "vs/reviews", "--limit", "1", "--diff");

        assertThat(operator.out())
                .contains("offset 1850 2026-01-02T03:00:00Z bob")
                .contains("- b\n+ B\n  c\n+ d\n")
                .doesNotContain("details");
    }

    @Test
    void history_looks_back_only_as_far_as_asked() {
        operator.types("history", "--since", "4m");

        assertThat(operator.out().lines()).hasSize(1);
        assertThat(operator.err()).contains("No accepted change");
    }

    @Test
    void rollback_publishes_the_version_before_and_guards_against_a_newer_change() {
        var admission = operator.admissionAccepts();

        int code = operator.types("rollback", "vs/reviews");

        assertThat(code).isZero();
        assertThat(operator.out()).isEqualTo("virtualservice/reviews rolled back to offset 1842 (now offset 0)\n");
        var put = published();
        assertThat(new String(put.value(), StandardCharsets.UTF_8)).isEqualTo("a\nb\nc");
        assertThat(put.headers().last(Headers.REASON)).contains("rollback to offset 1842");
        assertThat(put.headers().last(Headers.IF_VERSION)).contains("1850");
        admission.dispose();
    }

    @Test
    void rollback_brings_a_deleted_document_back_unless_somebody_else_did() {
        told(KEY, 1860, "eve", "", 1850, "a\nB\nc\nd", null);
        var admission = operator.admissionAccepts();

        int code = operator.types("rollback", "vs/reviews");

        assertThat(code).isZero();
        assertThat(operator.out()).startsWith("virtualservice/reviews rolled back to offset 1850");
        assertThat(published().headers().last(Headers.IF_VERSION)).contains("-1");
        admission.dispose();
    }

    @Test
    void a_dry_run_shows_the_difference_and_publishes_nothing() {
        operator.types("rollback", "vs/reviews", "--to", "1842", "--dry-run");

        assertThat(operator.out()).contains("- B\n+ b\n").contains("(dry run)");
        assertThat(operator.types("get", "vs", "reviews")).isEqualTo(1);
    }

    @Test
    void an_offset_without_a_version_is_refused_with_those_that_are_there() {
        int code = operator.types("rollback", "vs/reviews", "--to", "1845");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("no version").contains("there are 1842, 1850");
    }

    @Test
    void a_version_that_fell_out_of_history_is_named() {
        int code = operator.types("rollback", "vs/reviews", "--to", "12");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("offset 12 is no longer known (mesh.config.history keeps 30 days)");
    }

    @Test
    void what_runs_already_is_not_published_again() {
        int code = operator.types("rollback", "vs/reviews", "--to", "1850");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("nothing to do");
    }

    @Test
    void before_the_first_version_there_is_nothing() {
        int code = operator.types("rollback", "svc/details");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("created at offset 1843").contains("meltemi delete service/details");
    }

    private TopicEvent.Put<byte[]> published() {
        var found = new ArrayList<TopicEvent.Put<byte[]>>();
        operator.bus
                .follow(List.of(Topics.CONFIG))
                .takeUntil(TopicEvent.CaughtUp.class::isInstance)
                .doOnNext(event -> {
                    if (event instanceof TopicEvent.Put<?> put && put.value() instanceof byte[] bytes) {
                        found.add(
                                new TopicEvent.Put<>(Topics.CONFIG, put.key(), bytes, bytes, put.headers(), put.at()));
                    }
                })
                .blockLast();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
