package dev.meltemi.admission;

import static dev.meltemi.admission.Submissions.REVIEWS;
import static dev.meltemi.admission.Submissions.by;
import static dev.meltemi.admission.Submissions.ifVersion;
import static dev.meltemi.admission.Submissions.rule;
import static dev.meltemi.admission.Submissions.text;
import static dev.meltemi.admission.Submissions.tombstone;
import static dev.meltemi.admission.Submissions.virtualService;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RulingTest {
    @Test
    void a_valid_document_is_in_force_as_it_was_written() {
        var text = virtualService("v1");

        var ruling = rule(text(REVIEWS, 7, text, by("alice")), Known.NOTHING);

        assertThat(written(ruling, Topics.ACCEPTED).value()).isEqualTo(text);
        assertThat(ruling.after().inForce().orElseThrow())
                .isEqualTo(new Version(text, 7, 7, "alice", "", Submissions.START.plusSeconds(7)));
        assertThat(status(ruling).state()).isEqualTo(State.Accepted);
        assertThat(status(ruling).lastAcceptedOffset()).isEqualTo(7);
    }

    @Test
    void a_newer_version_keeps_the_age_of_the_first() {
        var before = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();

        var ruling = rule(text(REVIEWS, 9, virtualService("v2")), before);

        assertThat(written(ruling, Topics.ACCEPTED).headers().last(Headers.CREATED_SEQUENCE))
                .contains("7");
        assertThat(written(ruling, Topics.ACCEPTED).headers().last(Headers.CONFIG_OFFSET))
                .contains("9");
    }

    @Test
    void the_same_text_again_is_accepted_at_its_new_offset() {
        var before = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();

        var ruling = rule(text(REVIEWS, 8, virtualService("v1")), before);

        assertThat(status(ruling).lastAcceptedOffset()).isEqualTo(8);
        assertThat(written(ruling, Topics.ACCEPTED).headers().last(Headers.CONFIG_OFFSET))
                .contains("8");
    }

    @Test
    void history_tells_before_and_after_and_who_and_why_and_when() {
        var before = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();

        var ruling = rule(text(REVIEWS, 9, virtualService("v2"), by("bob").with(Headers.REASON, "ticket 12")), before);

        assertThat(String.valueOf(written(ruling, Topics.HISTORY).value()))
                .doesNotContain("\n")
                .contains(
                        "\"who\":\"bob\"",
                        "\"why\":\"ticket 12\"",
                        "\"when\":\"2026-11-21T12:00:09Z\"",
                        "\"offset\":9",
                        "\"beforeOffset\":7",
                        "subset: v1",
                        "subset: v2");
    }

    @Test
    void an_invalid_document_leaves_the_version_in_force() {
        var before = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();

        var ruling = rule(text(REVIEWS, 8, "spec: ["), before);

        assertThat(ruling.after().inForce()).isEqualTo(before.inForce());
        assertThat(ruling.writes()).extracting(write -> write.topic().name()).containsExactly("config.rejected");
        assertThat(status(ruling).state()).isEqualTo(State.Rejected);
        assertThat(status(ruling).observedOffset()).isEqualTo(8);
        assertThat(status(ruling).lastAcceptedOffset()).isEqualTo(7);
    }

    @Test
    void a_refused_record_keeps_its_bytes_and_headers_and_says_where_it_was() {
        var bytes = new byte[] {'a', ':', ' ', '\n', 'b', ':', ' ', (byte) 0xff};
        var submission = new Submission(REVIEWS, bytes, by("alice"), Submissions.at(4));

        var rejected = written(rule(submission, Known.NOTHING), Topics.REJECTED);

        assertThat(rejected.value()).isSameAs(bytes);
        assertThat(rejected.headers().all().getFirst().name()).isEqualTo(Headers.AUTHOR);
        assertThat(rejected.headers().last("mesh.error.code")).contains("MESH0101");
        assertThat(rejected.headers().last("mesh.error.message")).contains("line 2, column 4: byte 0xff is not UTF-8");
        assertThat(rejected.headers().last("mesh.error.time")).contains("2026-11-21T12:00:04Z");
        assertThat(rejected.headers().last("__connect.errors.topic")).contains("mesh.config");
        assertThat(rejected.headers().last("__connect.errors.partition")).contains("0");
        assertThat(rejected.headers().last("__connect.errors.offset")).contains("4");
        assertThat(rejected.headers().last("__connect.errors.exception.message"))
                .contains("MESH0101 line 2, column 4: byte 0xff is not UTF-8");
    }

    @Test
    void a_document_of_more_than_512_kib_is_refused_with_its_size() {
        var ruling = rule(text(REVIEWS, 1, "#".repeat(512 * 1024 + 1)), Known.NOTHING);

        assertThat(first(ruling).code()).isEqualTo("MESH0105");
        assertThat(first(ruling).text()).contains("524289 bytes");
    }

    @Test
    void a_key_that_names_no_document_is_refused_with_an_example() {
        var ruling = rule(text("reviews", 1, virtualService("v1")), Known.NOTHING);

        assertThat(first(ruling).code()).isEqualTo("MESH0103");
        assertThat(first(ruling).hint()).contains("networking.istio.io/VirtualService/default/reviews");
    }

    @Test
    void deleting_a_key_that_names_no_document_takes_away_its_refusal() {
        var before = rule(text("reviews", 1, "x"), Known.NOTHING).after();

        var ruling = rule(tombstone("reviews", 2, Headers.NONE), before);

        assertThat(ruling.after()).isEqualTo(Known.NOTHING);
        assertThat(ruling.writes()).isEmpty();
    }

    @Test
    void a_tombstone_deletes_and_its_status_says_at_which_offset() {
        var before = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();

        var ruling = rule(tombstone(REVIEWS, 9, Headers.NONE), before);

        assertThat(written(ruling, Topics.ACCEPTED).value()).isNull();
        assertThat(written(ruling, Topics.ACCEPTED).headers().last(Headers.CONFIG_OFFSET))
                .contains("9");
        assertThat(ruling.after().inForce()).isEmpty();
        assertThat(status(ruling).state()).isEqualTo(State.Deleted);
        assertThat(status(ruling).lastAcceptedOffset()).isEqualTo(9);
    }

    @Test
    void what_comes_after_a_deletion_is_new() {
        var created =
                rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();
        var deleted = rule(tombstone(REVIEWS, 9, Headers.NONE), created).after();

        var ruling = rule(text(REVIEWS, 12, virtualService("v1")), deleted);

        assertThat(ruling.after().inForce().orElseThrow().createdSequence()).isEqualTo(12);
    }

    @Test
    void a_stale_write_is_refused_and_names_the_newer_offset_and_its_author() {
        var first = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();
        var newer =
                rule(text(REVIEWS, 9, virtualService("v2"), by("alice")), first).after();

        var ruling = rule(text(REVIEWS, 10, virtualService("v3"), ifVersion(7)), newer);

        assertThat(first(ruling).code()).isEqualTo("MESH0121");
        assertThat(first(ruling).text()).contains("offset 7", "offset 9 by alice");
        assertThat(ruling.after().inForce()).isEqualTo(newer.inForce());
    }

    @Test
    void a_write_to_the_version_in_force_passes_although_somebody_failed_in_between() {
        var first = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();
        var failed = rule(text(REVIEWS, 9, "spec: ["), first).after();

        assertThat(rule(text(REVIEWS, 10, virtualService("v3"), ifVersion(7)), failed)
                        .judgement())
                .isInstanceOf(Judgement.Accept.class);
        assertThat(rule(text(REVIEWS, 10, virtualService("v3"), ifVersion(9)), failed)
                        .judgement())
                .isInstanceOf(Judgement.Accept.class);
    }

    @Test
    void minus_one_creates_but_never_overwrites() {
        var existing =
                rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();

        assertThat(rule(text(REVIEWS, 8, virtualService("v1"), ifVersion(-1)), Known.NOTHING)
                        .judgement())
                .isInstanceOf(Judgement.Accept.class);
        assertThat(first(rule(text(REVIEWS, 8, virtualService("v1"), ifVersion(-1)), existing))
                        .code())
                .isEqualTo("MESH0121");
    }

    @Test
    void a_stale_deletion_is_refused_too() {
        var first = rule(text(REVIEWS, 7, virtualService("v1")), Known.NOTHING).after();
        var newer = rule(text(REVIEWS, 9, virtualService("v2")), first).after();

        var ruling = rule(tombstone(REVIEWS, 10, ifVersion(7)), newer);

        assertThat(ruling.judgement()).isInstanceOf(Judgement.Refuse.class);
        assertThat(ruling.after().inForce()).isEqualTo(newer.inForce());
    }

    @Test
    void an_if_version_that_is_no_number_is_refused() {
        var headers = Headers.NONE.with(Headers.IF_VERSION, "latest");

        assertThat(first(rule(text(REVIEWS, 1, virtualService("v1"), headers), Known.NOTHING))
                        .code())
                .isEqualTo("MESH0122");
    }

    @Test
    void overwriting_another_authors_version_is_told() {
        var before = rule(text(REVIEWS, 7, virtualService("v1"), by("alice")), Known.NOTHING)
                .after();

        var ruling = rule(text(REVIEWS, 11, virtualService("v2"), by("bob")), before);

        assertThat(status(ruling).messages())
                .extracting(Message::text)
                .contains("overwrote offset 7 by alice, which was 4 s old");
    }

    @Test
    void history_of_two_documents_that_escaping_doubles_still_fits_its_topic() {
        var newlines = "\n".repeat(512 * 1024);

        var entry = new HistoryEntry(REVIEWS, 9, "", "", "", 7, newlines, newlines + "\n").json();

        assertThat(entry.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(Topics.HISTORY.maxBytes());
        assertThat(entry).contains("\"before\":null", "\"beforeOffset\":7");
    }

    private static Write<?> written(Ruling ruling, Topic<?> topic) {
        return ruling.writes().stream()
                .filter(write -> write.topic().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    private static ConfigStatus status(Ruling ruling) {
        return ruling.after().status().orElseThrow();
    }

    private static Message first(Ruling ruling) {
        return status(ruling).messages().getFirst();
    }
}
