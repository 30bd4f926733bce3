package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// The candidates of one host among all DestinationRules. In each namespace those with the most specific host count,
/// separately for callers there and elsewhere: a narrow rule that stays private doesn't hide a wide one from the rest
/// of the mesh. Rules with one host and for the same callers are one rule: subsets united, the oldest traffic policy
/// and health check kept (Istio: `mergeDestinationRule`). Between namespaces and hosts nothing merges; a client picks
/// one.
final class Policies {
    /// Rules merge only when all of this is equal.
    private record Callers(String namespace, List<String> exportTo, Map<String, String> selector) {}

    private Policies() {}

    /// @param covering rules for the host or a wildcard that covers it, a group for each name, the most specific first
    /// @return the most specific first, then the oldest
    static List<DestinationPolicy> of(List<? extends SortedSet<Policy>> covering) {
        var candidates = new ArrayList<DestinationPolicy>();
        var settledAtHome = new HashSet<String>();
        var settledAbroad = new HashSet<String>();
        for (SortedSet<Policy> group : covering) {
            var merged = new LinkedHashMap<Callers, List<Policy>>();
            var atHome = new HashSet<String>();
            var abroad = new HashSet<String>();
            for (Policy policy : group) {
                boolean wantedAtHome = policy.isLocal() && !settledAtHome.contains(policy.namespace());
                boolean wantedAbroad = policy.isExported() && !settledAbroad.contains(policy.namespace());
                if (wantedAtHome) {
                    atHome.add(policy.namespace());
                }
                if (wantedAbroad) {
                    abroad.add(policy.namespace());
                }
                if (wantedAtHome || wantedAbroad) {
                    merged.computeIfAbsent(callers(policy), callers -> new ArrayList<>())
                            .add(policy);
                }
            }
            settledAtHome.addAll(atHome);
            settledAbroad.addAll(abroad);
            merged.values().forEach(same -> candidates.add(merged(same)));
        }
        return candidates;
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
        @Nullable TrafficPolicy traffic = null;
        @Nullable HealthCheck check = null;
        for (Policy policy : same) {
            newest = Math.max(newest, policy.compiled().getConfigOffset());
            traffic = traffic == null ? policy.compiled().getTraffic() : traffic;
            check = check == null ? policy.compiled().getHealthCheck() : check;
            policy.compiled().getSubsets().forEach(subset -> subsets.putIfAbsent(subset.getName(), subset));
        }
        return DestinationPolicy.newBuilder(oldest)
                .setConfigOffset(newest)
                .setTraffic(traffic)
                .setHealthCheck(check)
                .setSubsets(List.copyOf(subsets.values()))
                .build();
    }
}
