package dev.meltemi.rules;

import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.ObjectReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/// What documents of the Gateway API say, found by what depends on it.
///
/// @param gateways by {@link ApiGateway#key}
/// @param attached routes by the key of the gateway that they name, whether it exists or not
/// @param meshed routes by the service that they name: a Service's host, or {@link ApiRoute#entryKey}
/// @param reaching routes by each other namespace that their backends are in
/// @param grants by namespace
/// @param namespaces by name
/// @param backends BackendTLSPolicies by the service that they name, as `meshed`
record ApiBook(
        TreePMap<String, ApiGateway> gateways,
        Index<ApiRoute> attached,
        Index<ApiRoute> meshed,
        Index<ApiRoute> reaching,
        Index<ApiGrant> grants,
        TreePMap<String, ApiNamespace> namespaces,
        Index<ApiBackendTls> backends) {
    static final ApiBook EMPTY = new ApiBook(
            TreePMap.empty(),
            Index.empty(),
            Index.empty(),
            Index.empty(),
            Index.empty(),
            TreePMap.empty(),
            Index.empty());

    ApiBook plus(ApiEntry entry) {
        return switch (entry) {
            case ApiGateway gateway -> withGateways(gateways.plus(gateway.key(), gateway));
            case ApiRoute route ->
                withRoutes(
                        attached.plusAll(route.gateways(), route),
                        meshed.plusAll(route.services(), route),
                        reaching.plusAll(route.reaches(), route));
            case ApiGrant grant -> withGrants(grants.plus(grant.namespace(), grant));
            case ApiNamespace namespace -> withNamespaces(namespaces.plus(namespace.name(), namespace));
            case ApiBackendTls policy -> withBackends(backends.plusAll(policy.services(), policy));
        };
    }

    ApiBook minus(ApiEntry entry) {
        return switch (entry) {
            case ApiGateway gateway -> withGateways(gateways.minus(gateway.key()));
            case ApiRoute route ->
                withRoutes(
                        attached.minusAll(route.gateways(), route),
                        meshed.minusAll(route.services(), route),
                        reaching.minusAll(route.reaches(), route));
            case ApiGrant grant -> withGrants(grants.minus(grant.namespace(), grant));
            case ApiNamespace namespace -> withNamespaces(namespaces.minus(namespace.name()));
            case ApiBackendTls policy -> withBackends(backends.minusAll(policy.services(), policy));
        };
    }

    private ApiBook withGateways(TreePMap<String, ApiGateway> others) {
        return new ApiBook(others, attached, meshed, reaching, grants, namespaces, backends);
    }

    private ApiBook withRoutes(Index<ApiRoute> attaching, Index<ApiRoute> meshing, Index<ApiRoute> afar) {
        return new ApiBook(gateways, attaching, meshing, afar, grants, namespaces, backends);
    }

    private ApiBook withGrants(Index<ApiGrant> others) {
        return new ApiBook(gateways, attached, meshed, reaching, others, namespaces, backends);
    }

    private ApiBook withNamespaces(TreePMap<String, ApiNamespace> others) {
        return new ApiBook(gateways, attached, meshed, reaching, grants, others, backends);
    }

    private ApiBook withBackends(Index<ApiBackendTls> others) {
        return new ApiBook(gateways, attached, meshed, reaching, grants, namespaces, others);
    }

    /// Whether a document of that kind and namespace may refer to that: to what is beside it, and elsewhere with a
    /// grant.
    boolean permits(String kind, String namespace, ObjectReference to) {
        return to.namespace().equals(namespace)
                || grants.at(to.namespace()).stream()
                        .anyMatch(each -> each.grant().permits(ApiGateway.GROUP, kind, namespace, to));
    }

    /// Whether routes of a namespace may attach to a listener of a gateway.
    boolean admits(KubernetesGateway.From from, String gatewayNamespace, String routeNamespace) {
        return switch (from) {
            case KubernetesGateway.From.All() -> true;
            case KubernetesGateway.From.Same() -> routeNamespace.equals(gatewayNamespace);
            case KubernetesGateway.From.None() -> false;
            case KubernetesGateway.From.Selected(var selector) -> selector.selects(labels(routeNamespace));
        };
    }

    /// Of a namespace that nobody described, too.
    private Map<String, String> labels(String namespace) {
        @Nullable ApiNamespace described = namespaces.get(namespace);
        var labels = new HashMap<>(
                described == null
                        ? Map.<String, String>of()
                        : described.namespace().labels());
        labels.put(ApiNamespace.NAME_LABEL, namespace);
        return labels;
    }

    /// Gateways that come out differently with a grant or without it.
    List<String> dependingOn(ApiGrant grant) {
        var keys = new ArrayList<String>();
        reaching.at(grant.namespace()).forEach(route -> keys.addAll(route.gateways()));
        gateways.values().stream()
                .filter(gateway -> gateway.reaches(grant.namespace()))
                .forEach(gateway -> keys.add(gateway.key()));
        return keys;
    }

    /// Gateways that take routes by the labels of namespaces.
    List<String> selective() {
        return gateways.values().stream()
                .filter(gateway -> gateway.gateway().listeners().stream()
                        .anyMatch(listener -> listener.from() instanceof KubernetesGateway.From.Selected))
                .map(ApiGateway::key)
                .toList();
    }
}
