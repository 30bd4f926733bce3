package dev.meltemi.rules;

import dev.meltemi.schemas.Compiled;
import java.util.Collection;

/// From what the mesh was told to what sidecars run. Pure: same input, same bytes; the order of events is irrelevant.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Compiler {
    private Compiler() {}

    /// Everything, from nothing: on a first read, and in static mode.
    public static Compiled all(MeshState state) {
        throw new IllegalStateException("not written yet: " + state);
    }

    /// What differs between `before` and the state after these changes, in their order. A change that makes no
    /// difference gives an empty delta. Law: `all(s).with(step(s, c).delta())` equals `all(step(s, c).after())`.
    public static Step step(MeshState before, Collection<? extends Change> changes) {
        throw new IllegalStateException("not written yet: " + before + changes);
    }

    public record Step(MeshState after, Compiled.Delta delta) {}
}
