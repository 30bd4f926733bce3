package dev.meltemi.resources;

import java.util.Optional;
import java.util.OptionalInt;

/// Where a rule sends requests.
///
/// @param host as written, perhaps short
/// @param port empty: the service's only port, otherwise the port that the caller asked for
public record Destination(String host, Optional<String> subset, OptionalInt port) {}
