package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.Subset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// The candidates of one host among all DestinationRules. In each namespace the rules with the most specific host that
/// covers it count, and of these the ones for the same callers are one rule: subsets united, the oldest traffic policy
/// kept (Istio: `mergeDestinationRule`). Between namespaces nothing merges; a client picks one.
final class Policies {
    /// Rules merge only when all of this is equal.
    private record Callers(String namespace, List<String> exportTo, java.util.Map<String, String> selector) {}

    private Policies() {}

    /// @param covering rules for the host or a wildcard that covers it, a group for each name, the most specific first
    /// @return oldest first
    static List<DestinationPolicy> of(List<? extends SortedSet<Policy>> covering) {
        var merged = new LinkedHashMap<Callers, List<Policy>>();
        var settled = new HashSet<String>();
        for (SortedSet<Policy> group : covering) {
            var namespaces = new HashSet<String>();
            for (Policy policy : group) {
                if (!settled.contains(policy.namespace())) {
                    namespaces.add(policy.namespace());
                    merged.computeIfAbsent(callers(policy), callers -> new ArrayList<>())
                            .add(policy);
                }
            }
            settled.addAll(namespaces);
        }
        return merged.values().stream()
                .sorted((one, other) -> one.getFirst().compareTo(other.getFirst()))
                .map(Policies::merged)
                .toList();
    }

    private static Callers callers(Policy policy) {
        var compiled = policy.compiled();
        return new Callers(policy.namespace(), compiled.getExportTo(), compiled.getWorkloadSelector());
    }

    private static DestinationPolicy merged(List<Policy> same) {
        DestinationPolicy oldest = same.getFirst().compiled();
        if (same.size() == 1) {
            return oldest;
        }
        var subsets = new LinkedHashMap<String, Subset>();
        long newest = oldest.getConfigOffset();
        dev.meltemi.schemas.compiled.@Nullable TrafficPolicy traffic = null;
        for (Policy policy : same) {
            newest = Math.max(newest, policy.compiled().getConfigOffset());
            traffic = traffic == null ? policy.compiled().getTraffic() : traffic;
            policy.compiled().getSubsets().forEach(subset -> subsets.putIfAbsent(subset.getName(), subset));
        }
        return DestinationPolicy.newBuilder()
                .setRule(oldest.getRule())
                .setNamespace(oldest.getNamespace())
                .setConfigOffset(newest)
                .setExportTo(oldest.getExportTo())
                .setWorkloadSelector(oldest.getWorkloadSelector())
                .setTraffic(traffic)
                .setSubsets(List.copyOf(subsets.values()))
                .build();
    }
}
