package dev.meltemi.rules;

/// Everything the mesh has been told, as of one moment. Immutable.
@SuppressWarnings("DoNotCallSuggester")
public final class MeshState {
    public static final MeshState EMPTY = new MeshState();

    private MeshState() {}

    public MeshState with(Change change) {
        throw new IllegalStateException("not written yet: " + change);
    }
}
