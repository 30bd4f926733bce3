package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What makes a `loadBalancer` valid.
final class LoadBalancerCheck {
    /// The largest table that Envoy builds.
    private static final long MAX_MAGLEV = 5_000_011;

    private LoadBalancerCheck() {}

    /// @param ejecting whether outlierDetection stands beside it, without which nothing fails over
    static void check(Part balancer, boolean ejecting, Report report) {
        checkConsistentHash(balancer.at("consistentHash"), report);
        Part locality = balancer.at("localityLbSetting");
        Part zones = balancer.at("zoneAwareLbSetting");
        if (locality.isPresent() && zones.isPresent()) {
            report.error(zones, "can't stand beside localityLbSetting");
        }
        checkLocality(locality, ejecting, report);
        checkFailover(zones.items("failover"), report);
        Part warmup = balancer.at("warmup");
        if (warmup.has("aggression") && warmup.decimal("aggression") <= 0) {
            report.error(warmup.at("aggression"), "expected more than 0");
        }
    }

    private static void checkConsistentHash(Part hash, Report report) {
        TrafficPolicyCheck.checkDistinct(hash.at("httpCookie").items("attributes"), "name", report);
        if (hash.has("minimumRingSize")) {
            report.warn(Code.IST0002, hash.at("minimumRingSize"), "is deprecated: use ringHash.minimumRingSize");
            if (hash.has("ringHash") || hash.has("maglev")) {
                report.error(hash.at("minimumRingSize"), "can't stand beside ringHash or maglev");
            }
        }
        if (hash.has("maglev")) {
            Part size = hash.at("maglev").at("tableSize");
            if (size.isPresent() && (size.whole() >= MAX_MAGLEV || !isPrime(size.whole()))) {
                report.error(size, size.whole() + ": expected a prime below " + MAX_MAGLEV, "for example 65537");
            }
        }
    }

    private static boolean isPrime(long n) {
        for (long i = 2; i * i <= n; i++) {
            if (n % i == 0) {
                return false;
            }
        }
        return n > 1;
    }

    private static void checkLocality(Part locality, boolean ejecting, Report report) {
        List<Part> distribute = locality.items("distribute");
        List<Part> failover = locality.items("failover");
        if (!distribute.isEmpty() && !failover.isEmpty()) {
            report.error(locality.at("failover"), "can't stand beside distribute");
        }
        if (!failover.isEmpty() && !ejecting) {
            report.warn(locality.at("failover"), "does nothing without outlierDetection");
        }
        Set<String> froms = new HashSet<>();
        for (Part share : distribute) {
            if (!froms.add(share.text("from"))) {
                report.error(share.at("from"), "\"" + share.text("from") + "\" is there twice");
            }
            checkShares(share.at("to"), report);
        }
        checkFailover(failover, report);
        for (Part label : locality.items("failoverPriority")) {
            if (!failover.isEmpty() && label.text().startsWith("topology.")) {
                report.error(label, "a topology label can't stand beside failover");
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

    private static void checkFailover(List<Part> failover, Report report) {
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
