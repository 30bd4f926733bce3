package dev.meltemi.routing;

/// What a workload's port takes.
public enum MutualTlsMode {
    /// Plaintext only.
    DISABLE,
    /// Mesh mTLS and plaintext, told apart by the first bytes.
    PERMISSIVE,
    /// Mesh mTLS only.
    STRICT
}
