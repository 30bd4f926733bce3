package dev.meltemi.resources.analysis;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Findings that somebody knows and accepts: `IST0101=VirtualService *.default`.
///
/// @param code of the findings
/// @param document `Kind name.namespace` (or `Kind name` without a namespace), where `*` stands for any text
public record Suppression(String code, String document) {
    /// Empty when the text isn't `CODE=Kind name.namespace`.
    public static Optional<Suppression> parse(String text) {
        int equals = text.indexOf('=');
        return equals < 1 || text.substring(equals + 1).indexOf(' ') < 1
                ? Optional.empty()
                : Optional.of(new Suppression(
                        text.substring(0, equals).strip(),
                        text.substring(equals + 1).strip()));
    }

    boolean covers(Diagnosis diagnosis) {
        View view = diagnosis.document();
        String written = view.kind() + " " + view.name() + (view.namespace().isEmpty() ? "" : "." + view.namespace());
        return code.equals(diagnosis.finding().code())
                && (matches(written) || matches(view.toString())); // both spellings that people see
    }

    private boolean matches(String written) {
        String regex = Stream.of(document.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.matches(regex, written);
    }
}
