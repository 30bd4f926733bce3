package dev.meltemi.resources;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One entry of a VirtualService's `http`. Exactly one of redirect, direct response and destinations acts.
///
/// @param matches any one is enough; empty matches every request
/// @param timeout of the whole request with its retries; empty: none
/// @param retries empty: the mesh's default
/// @param mirrors of `mirror` and `mirrors` alike
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
        List<Mirror> mirrors,
        HeaderOperations headers) {
    public HttpRoute {
        matches = List.copyOf(matches);
        destinations = List.copyOf(destinations);
        mirrors = List.copyOf(mirrors);
    }

    /// @param weight a share of the sum; 100 for a destination that is alone
    public record WeightedDestination(Destination destination, int weight, HeaderOperations headers) {}

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
    public record RetryPolicy(
            int attempts,
            Optional<Duration> perTryTimeout,
            List<String> retryOn,
            List<Integer> statusCodes,
            Optional<Duration> backoff) {
        public RetryPolicy {
            retryOn = List.copyOf(retryOn);
            statusCodes = List.copyOf(statusCodes);
        }
    }
}
