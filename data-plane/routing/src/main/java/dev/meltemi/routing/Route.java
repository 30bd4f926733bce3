package dev.meltemi.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One compiled route: everything about it that doesn't depend on the request.
///
/// @param name `route.match`, `default` without names
/// @param rule `Kind/namespace/name`, empty for a service's own default route
/// @param timeoutNanos of the whole request, 0: none
/// @param rewrite null: the path stays
/// @param authorityRewrite null: the authority stays
/// @param crossOrigin null: pages of other sites are the destination's to judge
public record Route(
        String name,
        String rule,
        long timeoutNanos,
        Retries retries,
        @Nullable PathRewrite rewrite,
        @Nullable String authorityRewrite,
        FaultPlan fault,
        @Nullable CrossOrigin crossOrigin,
        List<MirrorTarget> mirrors) {
    /// Stands in where no route was found.
    public static final Route NONE = plain("", "");

    public Route {
        mirrors = List.copyOf(mirrors);
    }

    /// A route that adds nothing to where it leads.
    static Route plain(String name, String rule) {
        return plain(name, rule, Retries.DEFAULT);
    }

    static Route plain(String name, String rule, Retries retries) {
        return new Route(name, rule, 0, retries, null, null, FaultPlan.NONE, null, List.of());
    }

    /// What the path becomes on its way to the destination.
    public interface PathRewrite {
        /// @param path with query, as received
        String apply(String path);
    }

    /// @param percent 0 to 100
    public record MirrorTarget(Cluster cluster, double percent) {}
}
