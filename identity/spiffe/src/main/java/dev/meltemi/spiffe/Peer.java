package dev.meltemi.spiffe;

/// What a peer's certificates say of it, see {@link PeerCheck}.
public sealed interface Peer {
    record Proven(SpiffeId id) implements Peer {}

    /// @param reason for logs and telemetry, of the peer's words only what is safe to print: `certificate expired at …`
    record Refused(String reason) implements Peer {}
}
