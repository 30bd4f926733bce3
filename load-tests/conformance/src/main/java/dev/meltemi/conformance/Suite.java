package dev.meltemi.conformance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What cases are about. Each has its place in a folder of cases, and a folder may have only some.
enum Suite {
    /// `validation/*.jsonl`: accepted or refused.
    VALIDATION("validation"),
    /// `analysis/*.jsonl`: what a named analyzer says of several resources together.
    ANALYSIS("analysis"),
    /// `routing/virtualservice.yaml` beside `routing/world.yaml`: what becomes of requests.
    ROUTING("routing"),
    /// `routing/destinationrule-policy.yaml`: the policy towards a destination.
    POLICY("policy"),
    /// `authz/*.yaml`: who gets in.
    AUTHZ("authz"),
    /// `gateway-api/cases.jsonl`: what becomes of requests under the Gateway API's routes.
    GATEWAY_API("gateway-api"),
    /// `samples/*/*.yaml`: all accepted.
    SAMPLES("samples");

    private final String word;

    Suite(String word) {
        this.word = word;
    }

    /// Those whose cases can be sent through sockets.
    static final List<Suite> LIVE = List.of(ROUTING, AUTHZ, GATEWAY_API);

    /// @param live null: through the pure code
    List<Case> cases(CaseFolder folder, @Nullable LiveMesh live) {
        return switch (this) {
            case VALIDATION -> ValidationCases.in(folder);
            case ANALYSIS -> AnalysisCases.in(folder);
            case ROUTING -> RoutingCases.in(folder, live);
            case POLICY -> PolicyCases.in(folder);
            case AUTHZ -> AuthzCases.in(folder, live);
            case GATEWAY_API -> GatewayApiCases.in(folder, live);
            case SAMPLES -> SampleCases.in(folder);
        };
    }

    @Override
    public String toString() {
        return word;
    }
}
