package dev.meltemi.resources;

import java.util.Optional;

/// Something to say about a document.
///
/// @param code Istio's code where the meaning is the same (`IST0106`), else one of ours (`MESH0101`)
/// @param at line and column in the text as it was written
/// @param path field path, `spec.http[0].route`, empty for the whole document
/// @param hint the next thing to do
public record Finding(String code, Level level, Position at, String path, String text, Optional<String> hint) {
    public enum Level {
        ERROR,
        WARNING,
        INFO
    }
}
