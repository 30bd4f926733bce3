package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.SupportMatrix.KindSupport;
import dev.meltemi.resources.shape.FieldSupport;
import dev.meltemi.resources.shape.FieldSupport.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page that people read is made of the declarations by which documents are judged.
class SupportMatrixTest {
    private static final Path PAGE = Path.of("SUPPORT.md");

    @Test
    void the_page_says_what_the_code_does() throws IOException {
        String now = page();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(PAGE, now);
        }

        assertThat(Files.readString(PAGE))
                .as("%s is stale; regenerate it with: mvn test -pl config-bus/resources -Dupdate.docs=true", PAGE)
                .isEqualTo(now);
    }

    @Test
    void whatever_does_nothing_says_why() {
        assertThat(SupportMatrix.kinds())
                .isNotEmpty()
                .allSatisfy(kind -> assertThat(kind.fields())
                        .filteredOn(field -> field.state() != State.IN_FORCE)
                        .allSatisfy(field -> assertThat(field.reason()).isNotBlank()));
    }

    private static String page() {
        return """
                # What is in force

                Generated from the declarations by which documents are judged (`mvn test -pl config-bus/resources -Dupdate.docs=true`); a test fails when it is stale.
                Every other field is an error, with line and column. A rule's status lists what it uses of the fields that aren't in force.

                | kind | of | fields in force | not in force | refused |
                |---|---|---|---|---|
                """ + SupportMatrix.kinds().stream().map(SupportMatrixTest::row).collect(Collectors.joining())
                + SupportMatrix.kinds().stream().map(SupportMatrixTest::section).collect(Collectors.joining());
    }

    private static String row(KindSupport kind) {
        boolean nothing = !kind.nothingInForce().isEmpty();
        return "| %s | %s | %s | %s | %d |\n"
                .formatted(
                        kind.kind(),
                        kind.group().isEmpty() ? "core" : kind.group(),
                        nothing ? "none" : count(kind, State.IN_FORCE),
                        nothing ? "all" : count(kind, State.NOT_IN_FORCE),
                        count(kind, State.REFUSED));
    }

    private static long count(KindSupport kind, State state) {
        return kind.fields().stream().filter(field -> field.state() == state).count();
    }

    private static String section(KindSupport kind) {
        String head = "\n## %s\n\n%s\n".formatted(kind.kind(), "`" + String.join("`, `", kind.apiVersions()) + "`");
        if (!kind.nothingInForce().isEmpty()) {
            return head + "\nJudged in full, and not in force: " + kind.nothingInForce() + ".\n";
        }
        return head + "\n| field | | why, and what to do |\n|---|---|---|\n"
                + kind.fields().stream().map(SupportMatrixTest::line).collect(Collectors.joining());
    }

    private static String line(FieldSupport field) {
        return "| `%s` | %s | %s |\n".formatted(field.path(), field.state().words(), field.reason());
    }
}
