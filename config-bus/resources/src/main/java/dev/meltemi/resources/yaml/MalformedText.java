package dev.meltemi.resources.yaml;

/// The text isn't one bounded YAML document.
public final class MalformedText extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final int line;
    private final int column;

    MalformedText(Reason reason, String why, int line, int column) {
        super(why);
        this.reason = reason;
        this.line = line;
        this.column = column;
    }

    public enum Reason {
        SYNTAX,
        SEVERAL_DOCUMENTS,
        /// Too large, too deep, or too much by aliases.
        OUT_OF_BOUNDS,
        EMPTY
    }

    public Reason reason() {
        return reason;
    }

    public String why() {
        return String.valueOf(getMessage());
    }

    /// From 1.
    public int line() {
        return line;
    }

    /// From 1.
    public int column() {
        return column;
    }
}
