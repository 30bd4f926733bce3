package dev.meltemi.rules;

import dev.meltemi.resources.DestinationRule;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HealthCheckKind;
import dev.meltemi.schemas.compiled.Subset;
import java.util.List;
import java.util.TreeMap;

/// A DestinationRule with everything that can be compiled from it alone. The oldest sorts first.
///
/// @param host fully qualified, perhaps a wildcard
record Policy(Age age, String host, DestinationPolicy compiled) implements Entry, Comparable<Policy> {
    static Policy of(DestinationRule rule, long offset, long created) {
        String namespace = rule.key().namespace();
        String host = HostName.qualified(rule.host(), namespace);
        var out = DestinationPolicy.newBuilder()
                .setRule(rule.key().qualifiedName())
                .setNamespace(namespace)
                .setHost(host)
                .setConfigOffset(offset)
                .setExportTo(exportTo(rule, namespace))
                .setWorkloadSelector(new TreeMap<>(rule.workloadSelector()))
                .setSubsets(rule.subsets().stream().map(Policy::compiled).toList());
        rule.trafficPolicy().ifPresent(traffic -> out.setTraffic(TrafficPolicies.compiled(traffic)));
        rule.healthCheck().ifPresent(check -> out.setHealthCheck(compiled(check)));
        return new Policy(new Age(created, rule.key()), host, out.build());
    }

    private static HealthCheck compiled(dev.meltemi.resources.HealthCheck check) {
        return HealthCheck.newBuilder()
                .setKind(HealthCheckKind.valueOf(check.kind().name()))
                .setPath(check.path())
                .setHost(check.host())
                .setService(check.service())
                .setIntervalUs(Micros.of(check.interval()))
                .setTimeoutUs(Micros.of(check.timeout()))
                .setHealthyThreshold(check.healthy())
                .setUnhealthyThreshold(check.unhealthy())
                .build();
    }

    /// A rule for selected workloads is private to its namespace whatever it says (Istio: `setDestinationRules`).
    private static List<String> exportTo(DestinationRule rule, String namespace) {
        return rule.workloadSelector().isEmpty() ? Visibility.resolved(rule.exportTo(), namespace) : List.of(namespace);
    }

    String namespace() {
        return compiled.getNamespace();
    }

    /// Whether callers in its own namespace have it.
    boolean isLocal() {
        return compiled.getExportTo().contains(Visibility.EVERYWHERE)
                || compiled.getExportTo().contains(namespace());
    }

    /// Whether it leaves its namespace at all.
    boolean isExported() {
        return !compiled.getExportTo().equals(List.of(namespace()));
    }

    private static Subset compiled(DestinationRule.Subset subset) {
        var out = Subset.newBuilder().setName(subset.name()).setLabels(new TreeMap<>(subset.labels()));
        subset.trafficPolicy().ifPresent(traffic -> out.setTraffic(TrafficPolicies.compiled(traffic)));
        return out.build();
    }

    @Override
    public int compareTo(Policy other) {
        return age.compareTo(other.age);
    }
}
