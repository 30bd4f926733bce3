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
            case ApiGateway gateway ->
                new ApiBook(
                        gateways.plus(gateway.key(), gateway),
                        attached,
                        meshed,
                        reaching,
                        grants,
                        namespaces,
                        backends);
            case ApiRoute route ->
                new ApiBook(
                        gateways,
                        attached.plusAll(route.gateways(), route),
                        meshed.plusAll(route.services(), route),
                        reaching.plusAll(route.reaches(), route),
                        grants,
                        namespaces,
                        backends);
            case ApiGrant grant ->
                new ApiBook(
                        gateways,
                        attached,
                        meshed,
                        reaching,
                        grants.plus(grant.namespace(), grant),
                        namespaces,
                        backends);
            case ApiNamespace namespace ->
                new ApiBook(
                        gateways,
                        attached,
                        meshed,
                        reaching,
                        grants,
                        namespaces.plus(namespace.name(), namespace),
                        backends);
            case ApiBackendTls policy ->
                new ApiBook(
                        gateways,
                        attached,
                        meshed,
                        reaching,
                        grants,
                        namespaces,
                        backends.plusAll(policy.services(), policy));
        };
    }

    ApiBook minus(ApiEntry entry) {
        return switch (entry) {
            case ApiGateway gateway ->
                new ApiBook(gateways.minus(gateway.key()), attached, meshed, reaching, grants, namespaces, backends);
            case ApiRoute route ->
                new ApiBook(
                        gateways,
                        attached.minusAll(route.gateways(), route),
                        meshed.minusAll(route.services(), route),
                        reaching.minusAll(route.reaches(), route),
                        grants,
                        namespaces,
                        backends);
            case ApiGrant grant ->
                new ApiBook(
                        gateways,
                        attached,
                        meshed,
                        reaching,
                        grants.minus(grant.namespace(), grant),
                        namespaces,
                        backends);
            case ApiNamespace namespace ->
                new ApiBook(gateways, attached, meshed, reaching, grants, namespaces.minus(namespace.name()), backends);
            case ApiBackendTls policy ->
                new ApiBook(
                        gateways,
                        attached,
                        meshed,
                        reaching,
                        grants,
                        namespaces,
                        backends.minusAll(policy.services(), policy));
        };
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
