package dev.meltemi.resources;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.meltemi.resources.shape.Part;
import java.util.Optional;

/// Regular expressions that people write. RE2 only: its matching takes time linear in the text.
final class Regexes {
    /// As in Istio.
    static final int MAX_LENGTH = 1024;

    /// Instructions; about 100 bytes each in every sidecar that runs the rule, which may have 40 MB.
    private static final long LARGEST = 10_000;

    private Regexes() {}

    static void check(Part regex, Report report) {
        if (regex.text().isEmpty()) {
            report.error(regex, "a regular expression isn't empty");
        } else if (regex.text().length() > MAX_LENGTH) {
            report.error(regex, "a regular expression has at most " + MAX_LENGTH + " characters");
        } else {
            fault(regex.text())
                    .ifPresent(why -> report.error(
                            regex,
                            "no RE2 expression: " + why,
                            "RE2 has no look-around and no back-references: github.com/google/re2/wiki/Syntax"));
        }
    }

    /// Why the expression doesn't compile, or mustn't.
    static Optional<String> fault(String regex) {
        long size = RegexSize.of(regex);
        if (size > LARGEST) {
            return Optional.of("its repeats make " + size + " instructions of it, and at most " + LARGEST
                    + " are taken: use smaller counts, or * and + where any number will do");
        }
        try {
            Pattern.compile(regex);
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
