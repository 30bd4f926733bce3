package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Text that is meant to harm, or that somebody mistyped badly.
class HostileTextTest {
    private static final String HEAD =
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x}\nspec:\n";

    /// Generous, because machines are slow at times: quadratic work on these texts takes minutes.
    private static final Duration BOUND = Duration.ofSeconds(20);

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("nothing", "MESH0101", ""),
                Arguments.of("only a comment", "MESH0101", "# nothing\n"),
                Arguments.of("no object", "IST0106", "just text"),
                Arguments.of("a list", "IST0106", "- a\n- b\n"),
                Arguments.of("an open bracket", "MESH0101", HEAD + "  hosts: [a\n"),
                Arguments.of("a tab as indentation", "MESH0101", HEAD + "\thosts: [a]\n"),
                Arguments.of("a control character", "MESH0101", HEAD + "  hosts: [\"\u0001\"]\n"),
                Arguments.of("a field twice", "MESH0101", HEAD + "  hosts: [a]\n  hosts: [b]\n"),
                Arguments.of("an unknown alias", "MESH0101", HEAD + "  hosts: *nowhere\n"),
                Arguments.of("an alias of itself", "MESH0101", HEAD + "  hosts: &a [*a]\n"),
                Arguments.of("a foreign tag", "MESH0101", HEAD + "  hosts: !!java.net.URL [a]\n  http: !x 1\n"),
                Arguments.of("two documents", "MESH0104", HEAD + "  hosts: [a]\n---\na: b\n"),
                Arguments.of("an alias bomb", "MESH0105", bomb()),
                Arguments.of("a deep alias chain", "MESH0105", chain()),
                Arguments.of("deep lists", "MESH0105", "[".repeat(100_000)),
                Arguments.of("deep objects", "MESH0105", "{a: ".repeat(100_000)),
                Arguments.of("deep blocks", "MESH0105", "- ".repeat(100_000)),
                Arguments.of("600 KB", "MESH0105", "a: " + "x".repeat(600_000)),
                Arguments.of("512 K characters of more bytes", "MESH0105", "a: " + "é".repeat(400_000)),
                Arguments.of("a huge list of nothing", "IST0106", HEAD + "  hosts: [" + "~,".repeat(100_000) + "]\n"),
                Arguments.of("a huge list of equals", "IST0106", HEAD + "  hosts: [" + "a,".repeat(100_000) + "]\n"),
                Arguments.of("many unknown fields", "IST0106", HEAD + unknownFields()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void is_refused_in_bounded_time(String what, String code, String text) {
        Verdict verdict = assertTimeoutPreemptively(BOUND, () -> Documents.judge(text, Optional.empty()));

        assertThat(verdict).as(what).isInstanceOfSatisfying(Verdict.Rejected.class, rejected -> {
            assertThat(rejected.errors()).hasSizeBetween(1, 50);
            assertThat(rejected.errors().getFirst().code()).isEqualTo(code);
        });
    }

    @Test
    void seventy_thousand_hosts_are_judged_in_bounded_time() {
        var hosts = new StringBuilder("  hosts: [");
        for (int i = 0; i < 70_000; i++) {
            hosts.append("h").append(Integer.toString(i, 36)).append(",");
        }
        String text = HEAD + hosts.substring(0, hosts.length() - 1) + "]\n  http: [{redirect: {uri: /}}]\n";

        Verdict verdict = assertTimeoutPreemptively(BOUND, () -> Documents.judge(text, Optional.empty()));

        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void a_regex_that_would_hang_other_engines_is_judged_at_once() {
        String text =
                HEAD + "  hosts: [a]\n  http: [{match: [{uri: {regex: \"(a+)+(b+)+(.*.*)*$\"}}], redirect: {uri: /}}]";

        Verdict verdict = assertTimeoutPreemptively(BOUND, () -> Documents.judge(text, Optional.empty()));

        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void a_second_document_names_its_line_and_the_command_that_splits() {
        Verdict verdict = Documents.judge(HEAD + "  hosts: [a]\n---\na: b\n", Optional.empty());

        assertThat(verdict).isInstanceOfSatisfying(Verdict.Rejected.class, rejected -> {
            Finding finding = Objects.requireNonNull(rejected.errors().getFirst());
            assertThat(finding.at().line()).isEqualTo(6);
            assertThat(finding.hint().orElse("")).contains("meltemi apply -f");
        });
    }

    private static String bomb() {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            text.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, "*a%d, ".formatted(i - 1).repeat(10)));
        }
        return text.toString();
    }

    private static String chain() {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 200; i++) {
            text.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
        }
        return text.toString();
    }

    private static String unknownFields() {
        var text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append("  field").append(i).append(": 1\n");
        }
        return text.toString();
    }
}
