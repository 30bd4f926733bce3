package dev.meltemi.resources.analysis;

import java.util.List;

/// A service that workloads offer without a document that says so.
///
/// @param name fully qualified
public record KnownHost(String name, List<Integer> ports) {
    public KnownHost {
        ports = List.copyOf(ports);
    }
}
