package dev.meltemi.routing;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.HashKey;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.LocalitySettings;
import dev.meltemi.schemas.compiled.RetryBudget;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.Tunnel;
import dev.meltemi.schemas.compiled.Warmup;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What a client does towards one port of a host or of one of its subsets: DestinationRules looked up, merged, and
/// with defaults filled in.
///
/// @param rule namespace/name of the DestinationRule; the oldest of several that were merged; empty: defaults
/// @param labels that an endpoint must have: the subset's
/// @param hash null: requests have no key, and RING_HASH and MAGLEV draw at random
/// @param hashTableSize minimum size of a ring, size of a Maglev table
/// @param locality null: as the mesh says
/// @param warmup null: endpoints get their full share at once
/// @param outlier null: nobody is ejected, and localities have no order
/// @param tls null: mesh mTLS to endpoints that take it
/// @param tlsSettings null: nothing beside the mode
/// @param healthCheck null: endpoints aren't asked
/// @param retryBudget null: retries are limited by {@link PoolLimits#maxRetries}
/// @param proxyProtocol `V1`, `V2`, empty for none
/// @param tunnel null: connections are direct
public record PolicyInForce(
        String rule,
        Map<String, String> labels,
        LoadBalancer balancing,
        @Nullable HashKey hash,
        int hashTableSize,
        @Nullable LocalitySettings locality,
        @Nullable Warmup warmup,
        PoolLimits pool,
        @Nullable OutlierSettings outlier,
        @Nullable HealthCheck healthCheck,
        @Nullable ClientTls tls,
        @Nullable ClientTlsSettings tlsSettings,
        @Nullable RetryBudget retryBudget,
        String proxyProtocol,
        @Nullable Tunnel tunnel) {
    /// Without any rule.
    public static final PolicyInForce DEFAULT = Policies.inForce(null, null, 0);

    public PolicyInForce {
        labels = Map.copyOf(labels);
    }

    /// What a client is told of a target, whether or not the service has that port.
    ///
    /// @param host fully qualified
    /// @param subset empty: the whole service
    /// @return empty when nothing names the host, or no rule that the client uses has the subset
    public static Optional<PolicyInForce> of(Workload client, Compiled compiled, String host, String subset, int port) {
        ServiceRoutes service = compiled.routes().get(host);
        if (service == null) {
            return Optional.empty();
        }
        var policy = Policies.choose(service, client);
        Subset found = Policies.subset(policy, subset);
        var mesh = Scope.of(client, compiled.settings().values(), Map.of()).defaults();
        return found == null && !subset.isEmpty()
                ? Optional.empty()
                : Optional.of(Policies.inForce(policy, found, port, mesh.traffic(), Policies.backend(service, port)));
    }

    /// As a document would say it: maps by field, lists, texts, flags and numbers; durations are `Duration`. What
    /// stands in {@link #DEFAULT} too is what nobody has to say.
    public SortedMap<String, Object> inWords() {
        return PolicyWords.of(this);
    }
}
