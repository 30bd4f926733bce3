package dev.meltemi.resources;

/// Line and column in the text as it was written, both from 1.
public record Position(int line, int column) {
    public static final Position START = new Position(1, 1);
}
