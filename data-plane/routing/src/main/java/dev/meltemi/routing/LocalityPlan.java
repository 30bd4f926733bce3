package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.LocalitySettings;
import dev.meltemi.schemas.compiled.LocalityShare;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Splits a cluster's endpoints into parts by where they are, and says how much each part gets: by the shares of
/// `distribute`, or by nearness where outlier detection tells who is well (Istio: `ApplyLocalityLoadBalancer`).
final class LocalityPlan {
    /// As long as this many percent of a part's endpoints, with Envoy's overprovisioning, are well, it gets everything.
    private static final int OVERPROVISIONED = 140;

    /// Region and what failover makes of it.
    private static final int NEARNESS_LEVELS = 5;

    private LocalityPlan() {}

    /// @param endpoints that are well, at least one
    record Part(List<Endpoint> endpoints, int share) {}

    /// @param well whether an endpoint may be chosen
    /// @return the parts that get something; empty when nobody is well
    static List<Part> of(PolicyInForce policy, Place home, List<Endpoint> all, Predicate<Endpoint> well) {
        LocalitySettings settings = policy.locality();
        boolean off = settings != null && (Boolean.FALSE.equals(settings.getEnabled()) || settings.getZoneAware());
        LocalityShare shares = off || settings == null ? null : sharesFrom(home, settings);
        if (shares != null) {
            return distributed(shares, all, well);
        }
        boolean distributes = settings != null && !settings.getDistribute().isEmpty();
        if (off || distributes || policy.outlier() == null) {
            List<Endpoint> candidates = all.stream().filter(well).toList();
            return candidates.isEmpty() ? List.of() : List.of(new Part(candidates, 1));
        }
        return nearest(settings, home, all, well);
    }

    private static @Nullable LocalityShare sharesFrom(Place home, LocalitySettings settings) {
        for (LocalityShare share : settings.getDistribute()) {
            if (home.isIn(share.getFrom())) {
                return share;
            }
        }
        return null;
    }

    /// Endpoints elsewhere than in the listed localities get nothing. An endpoint belongs to the first that covers it.
    private static List<Part> distributed(LocalityShare shares, List<Endpoint> all, Predicate<Endpoint> well) {
        var parts = new ArrayList<Part>();
        var left = new ArrayList<>(all);
        new TreeMap<>(shares.getTo()).reversed().forEach((locality, percent) -> {
            List<Endpoint> there =
                    left.stream().filter(each -> each.place().isIn(locality)).toList();
            left.removeAll(there);
            add(parts, there, well, percent * Math.min(100, availability(there, well)));
        });
        return parts;
    }

    /// The nearest get everything while enough of them are well, and what they can't take goes on to the next.
    private static List<Part> nearest(
            @Nullable LocalitySettings settings, Place home, List<Endpoint> all, Predicate<Endpoint> well) {
        var levels = new TreeMap<Integer, List<Endpoint>>();
        for (Endpoint endpoint : all) {
            levels.computeIfAbsent(distance(settings, home, endpoint.place()), _ -> new ArrayList<>())
                    .add(endpoint);
        }
        var parts = new ArrayList<Part>();
        int left = 100;
        for (List<Endpoint> level : levels.values()) {
            int taken = Math.min(left, availability(level, well));
            add(parts, level, well, taken);
            left -= taken;
        }
        return parts;
    }

    private static void add(List<Part> parts, List<Endpoint> endpoints, Predicate<Endpoint> well, int share) {
        List<Endpoint> candidates = endpoints.stream().filter(well).toList();
        if (!candidates.isEmpty() && share > 0) {
            parts.add(new Part(candidates, share));
        }
    }

    private static int availability(List<Endpoint> endpoints, Predicate<Endpoint> well) {
        return endpoints.isEmpty()
                ? 0
                : (int) (endpoints.stream().filter(well).count() * OVERPROVISIONED / endpoints.size());
    }

    /// Smaller is nearer. `failoverPriority` comes first where it is given; the region's order then only counts with
    /// `failover`.
    static int distance(@Nullable LocalitySettings settings, Place home, Place there) {
        if (settings == null || settings.getFailoverPriority().isEmpty()) {
            return regional(settings, home, there);
        }
        List<String> labels = settings.getFailoverPriority();
        int same = 0;
        while (same < labels.size() && agree(labels.get(same), home, there)) {
            same++;
        }
        int byLabels = labels.size() - same;
        return settings.getFailover().isEmpty()
                ? byLabels
                : byLabels * NEARNESS_LEVELS + regional(settings, home, there);
    }

    /// `label`, with the caller's value, or `label=value`.
    private static boolean agree(String label, Place home, Place there) {
        int equals = label.indexOf('=');
        return equals < 0
                ? home.label(label).equals(there.label(label))
                : label.substring(equals + 1).equals(there.label(label.substring(0, equals)));
    }

    /// 0 same subzone, 1 same zone, 2 same region, 3 elsewhere, 4 elsewhere than where the rule sends this region.
    private static int regional(@Nullable LocalitySettings settings, Place home, Place there) {
        for (int i = 0; i < 3; i++) {
            if (!home.part(i).equals(there.part(i))) {
                String to = settings == null ? null : settings.getFailover().get(home.part(0));
                return i > 0 ? 3 - i : to == null || to.equals(there.part(0)) ? 3 : 4;
            }
        }
        return 0;
    }
}
