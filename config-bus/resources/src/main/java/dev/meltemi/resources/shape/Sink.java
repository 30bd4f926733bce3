package dev.meltemi.resources.shape;

import org.jspecify.annotations.Nullable;

/// Who is told what a shape finds.
public interface Sink {
    /// @param text without the path, which the part knows
    void error(Part at, String text, @Nullable String hint);

    void notInForce(Part at, String reason);

    /// Nothing more is worth finding: enough errors were.
    boolean isFull();
}
