package dev.meltemi.resources;

import java.util.Comparator;
import java.util.Optional;

/// Something to say about a document.
///
/// @param code a {@link Code}: Istio's where the meaning is the same (`IST0106`), else one of ours (`MESH0101`)
/// @param at line and column in the text as it was written
/// @param path field path, `spec.http[0].route`, empty for the whole document
/// @param text what is wrong, where and what was expected, in a sentence that needs nothing else
/// @param hint the next thing to do
public record Finding(String code, Level level, Position at, String path, String text, Optional<String> hint) {
    static final Comparator<Finding> IN_TEXT_ORDER = Comparator.<Finding>comparingInt(
                    finding -> finding.at().line())
            .thenComparingInt(finding -> finding.at().column());

    public enum Level {
        ERROR,
        WARNING,
        INFO
    }

    static Finding error(Code code, Position at, String text, String hint) {
        return new Finding(code.name(), Level.ERROR, at, "", text, Optional.of(hint));
    }
}
