package dev.meltemi.resources;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// One entry of a VirtualService's `http`. Exactly one of redirect, direct response and destinations acts, or the
/// rules of a delegate do.
///
/// @param matches any one is enough; empty matches every request
/// @param timeout of the whole request with its retries; empty: none
/// @param retries empty: the mesh's default
/// @param delegate whose rules stand in place of this one, which then only narrows and completes them
/// @param mirror of `mirror`
/// @param mirrorPercent 0 to 100, of `mirror` alone; empty: all requests
/// @param mirrors of `mirrors`
public record HttpRoute(
        String name,
        List<HttpMatch> matches,
        List<WeightedDestination> destinations,
        Optional<Redirect> redirect,
        Optional<DirectResponse> directResponse,
        Optional<Rewrite> rewrite,
        Optional<Duration> timeout,
        Optional<RetryPolicy> retries,
        Optional<Fault> fault,
        Optional<CorsPolicy> cors,
        Optional<Delegate> delegate,
        Optional<Destination> mirror,
        OptionalDouble mirrorPercent,
        List<Mirror> mirrors,
        HeaderOperations headers) {
    public HttpRoute {
        matches = List.copyOf(matches);
        destinations = List.copyOf(destinations);
        mirrors = List.copyOf(mirrors);
    }

    /// @param weight a share of the sum; 100 for a destination that is alone
    public record WeightedDestination(Destination destination, int weight, HeaderOperations headers) {}

    /// A VirtualService without hosts.
    ///
    /// @param namespace empty: that of the rule
    public record Delegate(String name, Optional<String> namespace) {}

    /// @param percent 0 to 100
    public record Mirror(Destination destination, double percent) {}

    /// @param uri replaces path and query, or what matched when the match is a prefix
    /// @param regex RE2, with `substitution` for `uriRegexRewrite`; both or neither
    public record Rewrite(
            Optional<String> uri, Optional<String> authority, Optional<String> regex, Optional<String> substitution) {}

    /// @param attempts after the first try; 0 turns retries off
    /// @param retryOn conditions in Envoy's words, status numbers taken out; empty: the mesh's default
    /// @param statusCodes HTTP statuses that are retried
    /// @param backoff base of the exponential back-off
    /// @param remoteLocalities whether a retry may leave the locality; empty: the mesh's default
    /// @param ignorePreviousHosts whether a retry avoids the endpoints that were tried; empty: the mesh's default
    public record RetryPolicy(
            int attempts,
            Optional<Duration> perTryTimeout,
            List<String> retryOn,
            List<Integer> statusCodes,
            Optional<Duration> backoff,
            Optional<Boolean> remoteLocalities,
            Optional<Boolean> ignorePreviousHosts) {
        public RetryPolicy {
            retryOn = List.copyOf(retryOn);
            statusCodes = List.copyOf(statusCodes);
        }
    }
}
