package dev.meltemi.faults;

/// Documents that rows publish.
final class Rules {
    static final String REVIEWS = "networking.istio.io/VirtualService/default/reviews";

    private Rules() {}

    /// Every answer of reviews says which version of the rule sent it.
    ///
    /// @param version shown in `x-rule`
    static String saying(String version) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: default}
            spec:
              hosts: [reviews]
              http:
              - headers: {response: {set: {x-rule: "%s"}}}
                route:
                - destination: {host: reviews}
            """.formatted(version);
    }
}
