package dev.meltemi.resources;

import dev.meltemi.resources.TrafficPolicy.Algorithm;
import dev.meltemi.resources.TrafficPolicy.Blocks;
import dev.meltemi.resources.TrafficPolicy.LoadBalancer;
import dev.meltemi.resources.shape.FieldSupport;
import dev.meltemi.resources.shape.Part;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a DestinationRule can say in annotations because Istio's API has no word for it.
final class Extensions {
    static final String LOAD_BALANCER = "meltemi.dev/load-balancer";
    static final String HEALTH_CHECK = "meltemi.dev/health-check";

    private static final String PEAK_EWMA = "PEAK_EWMA";

    static final List<FieldSupport> SUPPORT = List.of(
            new FieldSupport(
                    "metadata.annotations." + LOAD_BALANCER,
                    FieldSupport.State.IN_FORCE,
                    "an extension: PEAK_EWMA chooses, of two, the endpoint whose answers take less time for each"
                            + " request under way"),
            new FieldSupport(
                    "metadata.annotations." + HEALTH_CHECK,
                    FieldSupport.State.IN_FORCE,
                    "an extension: every caller asks each endpoint, as in \"http path=/healthz interval=5s timeout=1s"
                            + " healthy=2 unhealthy=3\"; http, tcp or grpc"));

    private Extensions() {}

    static void check(Part spec, Metadata metadata, Report report) {
        String balancer = metadata.annotations().get(LOAD_BALANCER);
        Part said = spec.at("trafficPolicy").at("loadBalancer");
        if (balancer != null && !balancer.equals(PEAK_EWMA)) {
            report.error(
                    spec, "the annotation " + LOAD_BALANCER + " is \"" + balancer + "\": expected " + PEAK_EWMA, null);
        } else if (balancer != null && (said.has("simple") || said.has("consistentHash"))) {
            report.error(
                    said.has("simple") ? said.at("simple") : said.at("consistentHash"),
                    "can't stand beside the annotation " + LOAD_BALANCER,
                    "leave one of them out");
        }
        String check = metadata.annotations().get(HEALTH_CHECK);
        if (check != null) {
            try {
                HealthCheck.parse(check);
            } catch (IllegalArgumentException e) {
                report.error(
                        spec,
                        "the annotation " + HEALTH_CHECK + ": " + e.getMessage(),
                        "for example: http path=/healthz interval=5s");
            }
        }
    }

    /// A port or subset with a `loadBalancer` of its own keeps it.
    static Optional<TrafficPolicy> balanced(Optional<TrafficPolicy> said, Metadata metadata) {
        if (!metadata.annotations().containsKey(LOAD_BALANCER)) {
            return said;
        }
        TrafficPolicy policy = said.orElse(
                new TrafficPolicy(Blocks.NONE, List.of(), Optional.empty(), Optional.empty(), Optional.empty()));
        Blocks blocks = policy.blocks();
        var balancer = new LoadBalancer(
                Algorithm.PEAK_EWMA,
                Optional.empty(),
                OptionalLong.empty(),
                blocks.loadBalancer().flatMap(LoadBalancer::locality),
                blocks.loadBalancer().flatMap(LoadBalancer::warmup));
        return Optional.of(new TrafficPolicy(
                new Blocks(Optional.of(balancer), blocks.connectionPool(), blocks.outlierDetection(), blocks.tls()),
                policy.ports(),
                policy.retryBudget(),
                policy.tunnel(),
                policy.proxyProtocol()));
    }

    static Optional<HealthCheck> healthCheck(Metadata metadata) {
        return Optional.ofNullable(metadata.annotations().get(HEALTH_CHECK)).map(HealthCheck::parse);
    }
}
