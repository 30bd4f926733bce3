package dev.meltemi.spiffe;

/// Who we are and whom we believe, as of now. Replaced as a whole when either changes, so that whoever derives
/// something from it (a TLS context) keeps that as long as it sees the same instance.
public record Identity(Credential credential, Trust trust) {}
