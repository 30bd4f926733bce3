package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What makes a `loadBalancer` valid.
final class LoadBalancerCheck {
    /// The largest table that Envoy builds.
    private static final long MAX_MAGLEV = 5_000_011;

    private static final Set<String> TOPOLOGY =
            Set.of("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone");

    private LoadBalancerCheck() {}

    /// @param ejecting whether outlierDetection stands beside it, without which nothing fails over
    static void check(Part balancer, boolean ejecting, Report report) {
        checkConsistentHash(balancer.at("consistentHash"), report);
        Part locality = balancer.at("localityLbSetting");
        Part zones = balancer.at("zoneAwareLbSetting");
        if (locality.isPresent() && zones.isPresent()) {
            report.error(zones, "can't stand beside localityLbSetting");
        }
        checkLocality(locality, report);
        checkZones(zones, report);
        checkFailover(locality, ejecting, report);
        checkFailover(zones, ejecting, report);
        Part warmup = balancer.at("warmup");
        if (warmup.has("aggression") && warmup.decimal("aggression") <= 0) {
            report.error(warmup.at("aggression"), "expected more than 0");
        }
        for (Part said : List.of(warmup, balancer.at("warmupDurationSecs"))) {
            if (said.isPresent() && !warmsUp(balancer)) {
                report.notInForce(said, "only ROUND_ROBIN and LEAST_REQUEST give new endpoints less, as in Envoy");
            }
        }
    }

    private static boolean warmsUp(Part balancer) {
        return !balancer.has("consistentHash")
                && !Set.of("RANDOM", "PASSTHROUGH").contains(balancer.text("simple"));
    }

    private static void checkConsistentHash(Part hash, Report report) {
        TrafficPolicyCheck.checkDistinct(hash.at("httpCookie").items("attributes"), "name", report);
        if (hash.whole("minimumRingSize") != 0) {
            report.warn(Code.IST0002, hash.at("minimumRingSize"), "is deprecated: use ringHash.minimumRingSize");
            if (hash.has("ringHash") || hash.has("maglev")) {
                report.error(hash.at("minimumRingSize"), "can't stand beside ringHash or maglev");
            }
        }
        if (hash.has("maglev")) {
            Part size = hash.at("maglev").at("tableSize");
            if (size.whole() >= MAX_MAGLEV || !isPrime(size.whole())) {
                report.error(size, size.whole() + ": expected a prime below " + MAX_MAGLEV, "for example 65537");
            }
        }
    }

    /// As Envoy judges it, to which 1 is one.
    private static boolean isPrime(long n) {
        for (long i = 2; i * i <= n; i++) {
            if (n % i == 0) {
                return false;
            }
        }
        return n > 0;
    }

    static void checkLocality(Part locality, Report report) {
        List<Part> distribute = locality.items("distribute");
        boolean failsOver = !locality.items("failover").isEmpty();
        if (!distribute.isEmpty() && failsOver) {
            report.error(locality.at("failover"), "can't stand beside distribute");
        }
        Localities.check(distribute.stream().map(share -> share.at("from")).toList(), Part::text, part -> part, report);
        for (Part share : distribute) {
            checkShares(share.at("to"), report);
            Map<String, Part> to = share.at("to").fields();
            Localities.check(List.copyOf(to.entrySet()), Map.Entry::getKey, Map.Entry::getValue, report);
        }
        for (Part label : locality.items("failoverPriority")) {
            if (failsOver && TOPOLOGY.contains(label.text())) {
                report.error(label, "a topology label can't stand beside failover");
            }
        }
    }

    private static void checkZones(Part zones, Report report) {
        for (Part label : zones.items("failoverPriority")) {
            if (TOPOLOGY.contains(label.text())) {
                report.error(label, "regions and zones are heeded anyway", "leave it out");
            }
        }
    }

    private static void checkShares(Part to, Report report) {
        long sum = 0;
        for (Part weight : to.fields().values()) {
            if (weight.whole() < 1 || weight.whole() > 100) {
                report.error(weight, weight.whole() + ": expected 1 to 100");
            }
            sum += weight.whole();
        }
        if (sum != 100) {
            report.error(to, "the weights' sum is " + sum + ": expected 100");
        }
    }

    private static void checkFailover(Part setting, boolean ejecting, Report report) {
        List<Part> failover = setting.items("failover");
        if (!ejecting
                && !(failover.isEmpty() && setting.items("failoverPriority").isEmpty())) {
            report.warn(
                    setting.at(failover.isEmpty() ? "failoverPriority" : "failover"),
                    "does nothing without outlierDetection");
        }
        for (Part rule : failover) {
            String from = rule.text("from");
            String to = rule.text("to");
            if (from.equals(to)) {
                report.error(rule, "fails over to where it comes from");
            }
            for (String field : List.of("from", "to")) {
                if (rule.text(field).contains("/") || rule.text(field).contains("*")) {
                    report.error(rule.at(field), "\"" + rule.text(field) + "\": expected a region's name");
                }
            }
        }
    }
}
