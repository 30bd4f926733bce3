package dev.meltemi.resources.status;

import java.util.List;

/// @param kinds of routes that may attach
/// @param routes how many do
/// @param conditions Accepted, Conflicted, ResolvedRefs and Programmed
public record ListenerStatus(String name, List<String> kinds, int routes, List<Condition> conditions) {
    public ListenerStatus {
        kinds = List.copyOf(kinds);
        conditions = List.copyOf(conditions);
    }
}
