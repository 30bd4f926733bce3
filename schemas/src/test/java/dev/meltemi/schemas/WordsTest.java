package dev.meltemi.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The small values on which every module agrees.
class WordsTest {
    @Nested
    class Keys {
        @Test
        void a_key_reads_back_as_it_was_written() {
            var key = new ResourceKey("networking.istio.io", "VirtualService", "default", "reviews");

            assertThat(ResourceKey.parse(key.toString())).contains(key);
            assertThat(key.qualifiedName()).isEqualTo("default/reviews");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "reviews", "a/b/c", "a/b/c/d/e", "a//c/d", "a/b/ /d", "///"})
        void what_has_not_four_parts_is_no_key(String text) {
            assertThat(ResourceKey.parse(text)).isEmpty();
        }
    }

    @Nested
    class RecordHeaders {
        @Test
        void the_last_of_a_name_counts() {
            var headers = Headers.NONE
                    .with(Headers.AUTHOR, "alice")
                    .with(Headers.REASON, "canary")
                    .with(Headers.AUTHOR, "bob ü");

            assertThat(headers.last(Headers.AUTHOR)).contains("bob ü");
            assertThat(headers.last(Headers.IF_VERSION)).isEmpty();
            assertThat(headers.all()).hasSize(3);
        }
    }

    @Nested
    class Digests {
        private final byte[] one = {1};
        private final byte[] two = {2};

        @Test
        void order_does_not_matter_and_taking_away_undoes() {
            var ab = SetDigest.EMPTY.plus("a", one).plus("b", two);
            var ba = SetDigest.EMPTY.plus("b", two).plus("a", one);

            assertThat(ab).isEqualTo(ba);
            assertThat(ab.minus("a", one)).isEqualTo(SetDigest.EMPTY.plus("b", two));
            assertThat(ab.minus("a", one).minus("b", two)).isEqualTo(SetDigest.EMPTY);
        }

        @Test
        void key_and_value_are_told_apart() {
            assertThat(SetDigest.EMPTY.plus("ab", one)).isNotEqualTo(SetDigest.EMPTY.plus("a", new byte[] {'b', 1}));
        }

        @Test
        void carries_cross_the_halves() {
            var digest = new SetDigest(0, -1, 0);

            var more = digest.plus("k", one);

            assertThat(more.minus("k", one)).isEqualTo(digest);
            assertThat(more.high()).isEqualTo(SetDigest.EMPTY.plus("k", one).high() + 1);
        }

        @Test
        void it_is_written_as_32_hexadecimal_digits() {
            assertThat(new SetDigest(1, -1, 5).hex()).isEqualTo("0000000000000001ffffffffffffffff");
        }
    }

    @Nested
    class Revisions {
        private final Revision revision = new Revision("topic-a", 1842, 3);

        @Test
        void includes_what_came_before_on_the_same_topic_only() {
            assertThat(revision.includes("topic-a", 1842)).isTrue();
            assertThat(revision.includes("topic-a", 1843)).isFalse();
            assertThat(revision.includes("topic-b", 1)).isFalse();
            assertThat(Revision.NONE.includes("topic-a", 0)).isFalse();
        }
    }

    @Nested
    class Statuses {
        private static final String LINE =
                "{\"state\":\"Accepted\",\"observedOffset\":1842,\"lastAcceptedOffset\":1842,"
                    + "\"conditions\":[{\"type\":\"Accepted\",\"status\":\"True\",\"reason\":\"Valid\",\"message\":\"\","
                    + "\"observedGeneration\":1842,\"lastTransitionTime\":\"2026-11-21T00:00:00Z\"}],\"messages\":[{\"code\":\"IST0101\",\"level\":\"Warning\",\"line\":3,\"col\":7,\"text\":\"no"
                    + " such"
                    + " host\",\"hint\":null}],\"notInForce\":[],\"appliedBy\":{\"n\":7,\"of\":7,\"laggards\":[]},\"parents\":[],\"listeners\":[]}";

        private final ConfigStatus status = new ConfigStatus(
                ConfigStatus.State.Accepted,
                1842,
                1842,
                List.of(new ConfigStatus.Condition("Accepted", "True", "Valid", "", 1842, "2026-11-21T00:00:00Z")),
                List.of(new ConfigStatus.Message("IST0101", "Warning", 3, 7, "no such host", null)),
                List.of(),
                new ConfigStatus.AppliedBy(7, 7, List.of()));

        @Test
        void a_status_is_one_line_of_json_in_a_fixed_order() {
            assertThat(new String(Topics.STATUS.codec().encode(status), StandardCharsets.UTF_8))
                    .isEqualTo(LINE);
        }

        @Test
        void fields_of_a_newer_writer_are_ignored() throws MalformedRecordException {
            var newer = LINE.replace("{\"state\"", "{\"novelty\":[1],\"state\"");

            assertThat(Topics.STATUS.codec().decode(newer.getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(status);
        }

        @Test
        void a_status_of_a_release_before_the_gateway_api_is_read() throws MalformedRecordException {
            var older = LINE.replace(",\"parents\":[],\"listeners\":[]", "");

            assertThat(Topics.STATUS.codec().decode(older.getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(status);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "null", "[]", "{", "{}", "{\"state\":\"Sideways\"}", "\u0000"})
        void what_is_no_status_is_malformed(String text) {
            assertThatThrownBy(() -> Topics.STATUS.codec().decode(text.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(MalformedRecordException.class);
        }

        @Test
        void zero_of_zero_is_not_applied() {
            assertThat(new ConfigStatus.AppliedBy(0, 0, List.of()).everywhere()).isFalse();
            assertThat(new ConfigStatus.AppliedBy(6, 7, List.of("ratings-v1")).everywhere())
                    .isFalse();
            assertThat(new ConfigStatus.AppliedBy(7, 7, List.of()).everywhere()).isTrue();
        }
    }

    @Nested
    class Texts {
        @Test
        void broken_utf_8_is_malformed_and_never_replaced() {
            assertThatThrownBy(() -> Topics.ACCEPTED.codec().decode(new byte[] {'a', (byte) 0xc3, 'b'}))
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessageContaining("not UTF-8");
        }
    }
}
