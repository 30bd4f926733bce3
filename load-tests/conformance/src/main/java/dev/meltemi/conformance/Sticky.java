package dev.meltemi.conformance;

import dev.meltemi.routing.HashPolicy;
import dev.meltemi.routing.PolicyInForce;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Requests that have to reach the same endpoint: under consistent hashing those whose key has the same hash. A list of
/// requests, or of several such lists; a request that says none of a request's words says its headers.
final class Sticky {
    private static final Set<String> WORDS = Set.of("method", "path", "host", "headers", "port", "scheme", "sourceIp");

    private Sticky() {}

    /// @return of each list the requests that share the first one's endpoint
    static Object shared(PolicyInForce policy, @Nullable Object asked) {
        if (!(asked instanceof List<?> list) || list.isEmpty()) {
            return new Observation.Unseen("not a list of requests");
        }
        HashPolicy hashing = HashPolicy.of(policy.hash());
        if (list.getFirst() instanceof List<?>) {
            return list.stream()
                    .map(group -> sharing(hashing, group instanceof List<?> requests ? requests : List.of(group)))
                    .toList();
        }
        return sharing(hashing, list);
    }

    private static List<?> sharing(@Nullable HashPolicy hashing, List<?> requests) {
        if (hashing == null || requests.isEmpty()) {
            return List.of();
        }
        long first = hash(hashing, requests.getFirst());
        return requests.stream()
                .filter(request -> first != HashPolicy.NO_KEY && hash(hashing, request) == first)
                .toList();
    }

    private static long hash(HashPolicy hashing, @Nullable Object request) {
        Map<String, Object> said = Node.map(request);
        boolean whole = said.keySet().stream().anyMatch(WORDS::contains);
        var asked = new RoutingCase(whole ? said : Map.of("headers", said), Map.of());
        return hashing.hash(asked.head(), Node.text(said, "sourceIp", ""));
    }
}
