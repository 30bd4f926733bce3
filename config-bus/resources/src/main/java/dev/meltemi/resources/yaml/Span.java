package dev.meltemi.resources.yaml;

/// Where something is written.
///
/// @param line from 1
/// @param column from 1
/// @param start of its text, in code points from 0
/// @param end of its text, exclusive; for block collections the begin of what follows
public record Span(int line, int column, int start, int end) {}
