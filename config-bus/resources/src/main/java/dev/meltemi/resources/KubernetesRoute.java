package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// HTTPRoute, GRPCRoute, TLSRoute or TCPRoute.
///
/// @param kind of the document
/// @param hostnames lower case, perhaps wildcards; empty: those of the listener
public record KubernetesRoute(
        ResourceKey key, String kind, List<ParentReference> parents, List<String> hostnames, List<Rule> rules)
        implements Resource {
    public KubernetesRoute {
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /// @param matches any one is enough; empty matches everything
    /// @param timeout of the whole request
    /// @param backendTimeout of one attempt
    public record Rule(
            String name,
            List<Match> matches,
            List<RouteFilter> filters,
            List<RouteBackend> backends,
            Optional<Duration> timeout,
            Optional<Duration> backendTimeout,
            Optional<Retry> retry) {
        public Rule {
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
        }
    }

    /// All that is given must hold. A gRPC method is a path: `/package.Service/Method`.
    ///
    /// @param path empty: every path
    public record Match(
            Optional<Path> path,
            Optional<String> method,
            Map<String, StringMatch> headers,
            Map<String, StringMatch> queryParams) {}

    /// Exact, by whole segments, or RE2.
    public sealed interface Path {
        String value();

        record Exact(String value) implements Path {}

        record Prefix(String value) implements Path {}

        record Regex(String value) implements Path {}
    }

    public record Retry(List<Integer> codes, Optional<Integer> attempts, Optional<Duration> backoff) {
        public Retry {
            codes = List.copyOf(codes);
        }
    }
}
