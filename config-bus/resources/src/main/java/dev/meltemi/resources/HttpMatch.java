package dev.meltemi.resources;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A condition on a request: all that is given must hold.
///
/// @param ignoreUriCase for exact and prefix matches only
/// @param withoutHeaders none may hold; an absent header counts as empty
/// @param queryParams by parameter name
/// @param port of the listener
/// @param gateways override the rule's own when not empty
/// @param statPrefix name of a metric of its own, empty for none
public record HttpMatch(
        String name,
        Optional<StringMatch> uri,
        boolean ignoreUriCase,
        Optional<StringMatch> scheme,
        Optional<StringMatch> method,
        Optional<StringMatch> authority,
        Map<String, StringMatch> headers,
        Map<String, StringMatch> withoutHeaders,
        Map<String, StringMatch> queryParams,
        OptionalInt port,
        Map<String, String> sourceLabels,
        Optional<String> sourceNamespace,
        List<String> gateways,
        String statPrefix) {
    public HttpMatch {
        headers = Ordered.copy(headers);
        withoutHeaders = Ordered.copy(withoutHeaders);
        queryParams = Ordered.copy(queryParams);
        sourceLabels = Ordered.copy(sourceLabels);
        gateways = List.copyOf(gateways);
    }

    /// The same for these gateways.
    public HttpMatch withGateways(List<String> others) {
        return new HttpMatch(
                name,
                uri,
                ignoreUriCase,
                scheme,
                method,
                authority,
                headers,
                withoutHeaders,
                queryParams,
                port,
                sourceLabels,
                sourceNamespace,
                others,
                statPrefix);
    }
}
