package dev.meltemi.houserules;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// One format for all Java files. A test and not a Maven plugin, because a plugin runs on Maven's own JDK, and one
/// older than 25 can't read this code. `mvn test -pl load-tests/mesh -am -Dtest=FormatTest -Dformat=apply
/// -Dsurefire.failIfNoSpecifiedTests=false` formats.
class FormatTest {
    private static final boolean APPLY = "apply".equals(System.getProperty("format"));

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    @Test
    void every_java_file_is_formatted() {
        var unformatted = SourceFiles.named(".java").stream()
                .filter(file -> !formatted(file))
                .map(file -> SourceFiles.root().relativize(file).toString())
                .toList();

        assertThat(unformatted)
                .as("to format: mvn test -pl load-tests/mesh -am -Dtest=FormatTest -Dformat=apply"
                        + " -Dsurefire.failIfNoSpecifiedTests=false")
                .isEmpty();
    }

    private boolean formatted(Path file) {
        String before = SourceFiles.read(file);
        try {
            String after = formatter.formatSourceAndFixImports(before);
            if (APPLY && !before.equals(after)) {
                Files.writeString(file, after);
                return true;
            }
            return before.equals(after);
        } catch (FormatterException | IOException e) {
            throw new IllegalStateException("can't format " + file, e);
        }
    }
}
