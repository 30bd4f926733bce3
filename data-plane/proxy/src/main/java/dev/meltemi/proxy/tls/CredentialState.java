package dev.meltemi.proxy.tls;

import java.time.Instant;
import java.util.List;

/// What people may see of one side of TLS: never a key.
///
/// @param use for what it is
/// @param active whether connections get it
/// @param certificates that are shown, leaves only
/// @param trouble why the files as they are now can't be used; empty: they can
public record CredentialState(String use, boolean active, List<Leaf> certificates, String trouble) {
    /// @param serial lower-case hex
    public record Leaf(String subject, String serial, Instant notBefore, Instant notAfter) {}
}
