package dev.meltemi.rules;

import dev.meltemi.schemas.Compiled;

/// From what the mesh was told to what sidecars run. Pure: same input, same bytes; the order of events is irrelevant.
public interface Compiler {
    /// What differs between `before` and `before.with(change)`. Law: `all(s).with(delta(s, c))` equals
    /// `all(s.with(c))`.
    Compiled.Delta delta(MeshState before, Change change);

    Compiled all(MeshState state);
}
