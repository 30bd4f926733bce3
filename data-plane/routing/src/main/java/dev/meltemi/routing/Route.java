package dev.meltemi.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One compiled route: everything about it that doesn't depend on the request.
///
/// @param name `route.match`, `default` without names
/// @param rule `VirtualService/namespace/name`, empty for a service's own default route
/// @param timeoutNanos of the whole request, 0: none
public record Route(
        String name,
        String rule,
        long timeoutNanos,
        Retries retries,
        @Nullable PathRewrite rewrite,
        @Nullable String authorityRewrite,
        FaultPlan fault,
        List<MirrorTarget> mirrors) {
    public Route {
        mirrors = List.copyOf(mirrors);
    }

    /// What the path becomes on its way to the destination.
    public interface PathRewrite {
        /// @param path with query, as received
        String apply(String path);
    }

    /// @param percent 0 to 100
    public record MirrorTarget(Cluster cluster, double percent) {}
}
