package dev.meltemi.resources;

import java.util.Optional;
import java.util.OptionalInt;

/// An answer that sends the client elsewhere. What is empty stays as in the request.
///
/// @param code 301 when the document gives none
/// @param prefixRewrite replaces the matched prefix only
/// @param port empty also when `portFromRequest`, which takes the listener's port, or for the protocol's default
public record Redirect(
        int code,
        Optional<String> uri,
        Optional<String> prefixRewrite,
        Optional<String> authority,
        Optional<String> scheme,
        OptionalInt port,
        boolean portFromRequest) {}
