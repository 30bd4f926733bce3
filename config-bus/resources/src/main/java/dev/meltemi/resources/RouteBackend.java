package dev.meltemi.resources;

import java.util.List;
import java.util.OptionalInt;

/// Where a rule sends its requests or connections.
///
/// @param port empty only where the kind needs none
/// @param weight a share of the sum, 0 gets nothing
/// @param filters for this backend's share alone
public record RouteBackend(ObjectReference to, OptionalInt port, int weight, List<RouteFilter> filters) {
    public RouteBackend {
        filters = List.copyOf(filters);
    }
}
