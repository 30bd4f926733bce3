package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.BackendTls;
import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.PortPolicy;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which DestinationRule a client uses, and what it says for one port and subset.
final class Policies {
    /// Where rules for the whole mesh live.
    static final String ROOT_NAMESPACE = "istio-system";

    private static final int RING_SIZE = 1024;
    private static final int MAGLEV_SIZE = 65_537;
    /// Envoy builds no larger ring.
    private static final int MAX_RING_SIZE = 8 * 1024 * 1024;

    private static final TrafficPolicy NOTHING_SAID =
            TrafficPolicy.newBuilder().setPorts(Map.of()).build();

    private Policies() {}

    /// The client's namespace, else the service's, else the root namespace: the first that has a rule wins whole. A
    /// client in the root namespace only finds that one's private rules first, so that what is meant for everybody
    /// doesn't come before what a service says of itself (Istio: `PushContext.destinationRule`).
    static @Nullable DestinationPolicy choose(ServiceRoutes service, Workload client) {
        String home = client.namespace();
        boolean inRoot = home.equals(ROOT_NAMESPACE);
        DestinationPolicy found = inNamespace(
                service,
                home,
                client,
                policy -> inRoot ? !leaves(policy) : ServiceLookup.exported(policy.getExportTo(), home));
        if (found == null) {
            found = inNamespace(service, service.getNamespace(), client, Policies::leaves);
        }
        return found == null ? inNamespace(service, ROOT_NAMESPACE, client, Policies::leaves) : found;
    }

    /// Whether a rule is for more than its own namespace, as none is that selects workloads.
    private static boolean leaves(DestinationPolicy policy) {
        return policy.getWorkloadSelector().isEmpty() && !policy.getExportTo().equals(List.of(policy.getNamespace()));
    }

    /// Of the rules that count, those of the most specific host; of these what the client sees. One that selects
    /// the client's labels is preferred to one for everybody, and of several for everybody the youngest: they
    /// weren't merged because they are exported differently (Istio: `SidecarScope.DestinationRule`).
    private static @Nullable DestinationPolicy inNamespace(
            ServiceRoutes service, String namespace, Workload client, Predicate<DestinationPolicy> counts) {
        DestinationPolicy forEverybody = null;
        String host = null;
        for (DestinationPolicy policy : service.getPolicies()) {
            if (!policy.getNamespace().equals(namespace) || !counts.test(policy)) {
                continue;
            }
            if (host != null && !host.equals(policy.getHost())) {
                break;
            }
            host = policy.getHost();
            if (!ServiceLookup.exported(policy.getExportTo(), client.namespace())) {
                continue;
            }
            Map<String, String> selector = policy.getWorkloadSelector();
            if (selector.isEmpty()) {
                forEverybody = policy;
            } else if (client.labels().entrySet().containsAll(selector.entrySet())) {
                return policy;
            }
        }
        return forEverybody;
    }

    static @Nullable Subset subset(@Nullable DestinationPolicy policy, String name) {
        if (policy != null) {
            for (Subset subset : policy.getSubsets()) {
                if (subset.getName().equals(name)) {
                    return subset;
                }
            }
        }
        return null;
    }

    /// A subset replaces its parent's blocks one by one; a port's settings replace the four blocks of its level
    /// wholesale: what they leave out is at its default, not inherited (Istio: `MergeSubsetTrafficPolicy`).
    static PolicyInForce inForce(@Nullable DestinationPolicy policy, @Nullable Subset subset, int port) {
        return inForce(policy, subset, port, TrafficDefaults.NONE, null);
    }

    /// The BackendTLSPolicy for a port of a service as it is declared here; null: there is none.
    static @Nullable BackendTls backend(ServiceRoutes service, int port) {
        BackendTls ofOthers = null;
        for (BackendTls each : service.getBackendTls()) {
            if (each.getNamespace().equals(service.getNamespace())) {
                if (each.getPort() == port) {
                    return each;
                }
                ofOthers = each.getPort() == 0 ? each : ofOthers;
            }
        }
        return ofOthers;
    }

    /// As above, with the mesh's defaults where the rule says nothing, and the TLS of a BackendTLSPolicy
    /// where it says nothing of TLS.
    static PolicyInForce inForce(
            @Nullable DestinationPolicy policy,
            @Nullable Subset subset,
            int port,
            TrafficDefaults defaults,
            @Nullable BackendTls backend) {
        var levels = new ArrayList<TrafficPolicy>();
        if (policy != null && policy.getTraffic() != null) {
            levels.add(policy.getTraffic());
        }
        if (subset != null && subset.getTraffic() != null) {
            levels.add(subset.getTraffic());
        }
        var merged = TrafficPolicy.newBuilder(NOTHING_SAID);
        levels.forEach(level -> overlay(merged, level, port));
        defaults.fill(merged);
        if (merged.getTls() == null && backend != null) {
            merged.setTls(ClientTls.SIMPLE).setTlsSettings(backend.getSettings());
        }
        return withDefaults(
                policy == null ? "" : policy.getRule(),
                subset == null ? Map.of() : subset.getLabels(),
                merged.build(),
                policy == null ? null : policy.getHealthCheck());
    }

    /// What is said by one voice only.
    static PolicyInForce alone(TrafficPolicy said) {
        return withDefaults("", Map.of(), said, null);
    }

    private static void overlay(TrafficPolicy.Builder merged, TrafficPolicy level, int port) {
        PortPolicy ofPort = level.getPorts().get(Integer.toString(port));
        PortPolicy blocks = ofPort == null ? blocks(level) : ofPort;
        boolean wholesale = ofPort != null;
        if (wholesale || blocks.getLoadBalancer() != null) {
            merged.setLoadBalancer(blocks.getLoadBalancer())
                    .setHash(blocks.getHash())
                    .setHashTableSize(blocks.getHashTableSize())
                    .setLocality(blocks.getLocality())
                    .setWarmup(blocks.getWarmup());
        }
        if (wholesale || blocks.getConnectionPool() != null || blocks.getConnectTimeoutUs() != null) {
            merged.setConnectionPool(blocks.getConnectionPool()).setConnectTimeoutUs(blocks.getConnectTimeoutUs());
        }
        if (wholesale || blocks.getOutlierDetection() != null) {
            merged.setOutlierDetection(blocks.getOutlierDetection());
        }
        if (wholesale || blocks.getTls() != null) {
            merged.setTls(blocks.getTls()).setTlsSettings(blocks.getTlsSettings());
        }
        if (ofPort != null) {
            return;
        }
        if (level.getRetryBudget() != null) {
            merged.setRetryBudget(level.getRetryBudget());
        }
        if (!level.getProxyProtocol().isEmpty()) {
            merged.setProxyProtocol(level.getProxyProtocol());
        }
        if (level.getTunnel() != null) {
            merged.setTunnel(level.getTunnel());
        }
    }

    private static PortPolicy blocks(TrafficPolicy level) {
        return PortPolicy.newBuilder()
                .setLoadBalancer(level.getLoadBalancer())
                .setConnectTimeoutUs(level.getConnectTimeoutUs())
                .setTls(level.getTls())
                .setTlsSettings(level.getTlsSettings())
                .setHash(level.getHash())
                .setHashTableSize(level.getHashTableSize())
                .setLocality(level.getLocality())
                .setWarmup(level.getWarmup())
                .setConnectionPool(level.getConnectionPool())
                .setOutlierDetection(level.getOutlierDetection())
                .build();
    }

    private static PolicyInForce withDefaults(
            String rule, Map<String, String> labels, TrafficPolicy said, @Nullable HealthCheck check) {
        LoadBalancer balancing = said.getLoadBalancer() == null ? LoadBalancer.LEAST_REQUEST : said.getLoadBalancer();
        return new PolicyInForce(
                rule,
                labels,
                balancing,
                said.getHash(),
                tableSize(balancing, said.getHashTableSize()),
                said.getLocality(),
                said.getWarmup(),
                PoolLimits.of(said.getConnectionPool(), said.getConnectTimeoutUs()),
                said.getOutlierDetection() == null ? null : OutlierSettings.of(said.getOutlierDetection()),
                check,
                said.getTls(),
                said.getTlsSettings(),
                said.getRetryBudget(),
                said.getProxyProtocol(),
                said.getTunnel());
    }

    private static int tableSize(LoadBalancer balancing, @Nullable Long said) {
        return switch (balancing) {
            case RING_HASH -> said == null ? RING_SIZE : (int) Math.min(MAX_RING_SIZE, said);
            case MAGLEV -> said == null ? MAGLEV_SIZE : (int) Math.min(MAX_RING_SIZE, said);
            case LEAST_REQUEST, ROUND_ROBIN, RANDOM, PASSTHROUGH, PEAK_EWMA, UNKNOWN -> 0;
        };
    }
}
