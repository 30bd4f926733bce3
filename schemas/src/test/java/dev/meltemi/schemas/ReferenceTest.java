package dev.meltemi.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The tables in `schemas/README.md` are made from the catalogue and the schemas.
class ReferenceTest {
    private static final Path README = Path.of("README.md");

    @Test
    void the_readme_shows_the_topics_and_fields_as_they_are() throws IOException {
        String written = Files.readString(README);

        String current = Reference.into(written);

        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(README, current);
            return;
        }
        assertThat(written)
                .as("schemas/README.md is stale; regenerate it with: mvn test -pl schemas -Dupdate.docs=true")
                .isEqualTo(current);
    }

    @Test
    void every_field_of_an_access_event_is_in_the_reference() throws IOException {
        assertThat(Files.readString(README))
                .contains("`telemetry.access`")
                .contains("| `upstream_first_byte_us` | long |")
                .contains("| `revision_sequence` | long |");
    }
}
