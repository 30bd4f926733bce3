package dev.meltemi.rules;

import dev.meltemi.resources.DestinationRule;
import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.PortPolicy;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.TreeMap;

/// A DestinationRule with everything that can be compiled from it alone. The oldest sorts first.
///
/// @param host fully qualified, perhaps a wildcard
record Policy(Age age, String host, DestinationPolicy compiled) implements Entry, Comparable<Policy> {
    static Policy of(DestinationRule rule, long offset, long created) {
        String namespace = rule.key().namespace();
        var out = DestinationPolicy.newBuilder()
                .setRule(rule.key().qualifiedName())
                .setNamespace(namespace)
                .setConfigOffset(offset)
                .setExportTo(Visibility.resolved(rule.exportTo(), namespace))
                .setWorkloadSelector(new TreeMap<>(rule.workloadSelector()))
                .setSubsets(rule.subsets().stream().map(Policy::compiled).toList());
        rule.trafficPolicy().ifPresent(traffic -> out.setTraffic(compiled(traffic)));
        return new Policy(new Age(created, rule.key()), HostName.qualified(rule.host(), namespace), out.build());
    }

    String namespace() {
        return compiled.getNamespace();
    }

    private static Subset compiled(DestinationRule.Subset subset) {
        var out = Subset.newBuilder().setName(subset.name()).setLabels(new TreeMap<>(subset.labels()));
        subset.trafficPolicy().ifPresent(traffic -> out.setTraffic(compiled(traffic)));
        return out.build();
    }

    private static TrafficPolicy compiled(DestinationRule.TrafficPolicy traffic) {
        var ports = new TreeMap<String, PortPolicy>();
        traffic.ports().forEach(port -> ports.putIfAbsent(Integer.toString(port.port()), compiled(port)));
        var out = TrafficPolicy.newBuilder().setPorts(ports);
        traffic.loadBalancer().ifPresent(balancer -> out.setLoadBalancer(compiled(balancer)));
        traffic.tls().ifPresent(tls -> out.setTls(compiled(tls)));
        traffic.connectTimeout().ifPresent(timeout -> out.setConnectTimeoutUs(Micros.of(timeout)));
        return out.build();
    }

    private static PortPolicy compiled(DestinationRule.PortPolicy port) {
        var out = PortPolicy.newBuilder();
        port.loadBalancer().ifPresent(balancer -> out.setLoadBalancer(compiled(balancer)));
        port.tls().ifPresent(tls -> out.setTls(compiled(tls)));
        port.connectTimeout().ifPresent(timeout -> out.setConnectTimeoutUs(Micros.of(timeout)));
        return out.build();
    }

    private static ClientTls compiled(DestinationRule.Tls tls) {
        return switch (tls) {
            case DISABLE -> ClientTls.DISABLE;
            case ISTIO_MUTUAL -> ClientTls.ISTIO_MUTUAL;
        };
    }

    private static LoadBalancer compiled(DestinationRule.LoadBalancer balancer) {
        return switch (balancer) {
            case LEAST_REQUEST -> LoadBalancer.LEAST_REQUEST;
            case ROUND_ROBIN -> LoadBalancer.ROUND_ROBIN;
            case RANDOM -> LoadBalancer.RANDOM;
            case PASSTHROUGH -> LoadBalancer.PASSTHROUGH;
        };
    }

    @Override
    public int compareTo(Policy other) {
        return age.compareTo(other.age);
    }
}
