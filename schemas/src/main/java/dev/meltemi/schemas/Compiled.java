package dev.meltemi.schemas;

import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What the route-compiler makes and sidecars run, by the keys of its topics.
///
/// @param routes by service host
/// @param gateways by `namespace/name`
/// @param endpoints by `host/instance`
/// @param access by scope: `mesh`, `namespace/NAME`, `workload/NAMESPACE/NAME`
/// @param settings by rule: `Sidecar/NAMESPACE/NAME`
public record Compiled(
        Map<String, ServiceRoutes> routes,
        Map<String, GatewayRoutes> gateways,
        Map<String, ServiceEndpoint> endpoints,
        Map<String, AccessRules> access,
        Map<String, Settings> settings) {
    public static final Compiled EMPTY = new Compiled(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public Compiled {
        routes = Map.copyOf(routes);
        gateways = Map.copyOf(gateways);
        endpoints = Map.copyOf(endpoints);
        access = Map.copyOf(access);
        settings = Map.copyOf(settings);
    }

    /// The records that differ; an empty value deletes.
    public record Delta(
            Map<String, Optional<ServiceRoutes>> routes,
            Map<String, Optional<GatewayRoutes>> gateways,
            Map<String, Optional<ServiceEndpoint>> endpoints,
            Map<String, Optional<AccessRules>> access,
            Map<String, Optional<Settings>> settings) {
        public static final Delta NOTHING = new Delta(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

        public Delta {
            routes = Map.copyOf(routes);
            gateways = Map.copyOf(gateways);
            endpoints = Map.copyOf(endpoints);
            access = Map.copyOf(access);
            settings = Map.copyOf(settings);
        }

        public boolean isEmpty() {
            return size() == 0;
        }

        /// How many records differ.
        public int size() {
            return routes.size() + gateways.size() + endpoints.size() + access.size() + settings.size();
        }
    }

    public Compiled with(Delta delta) {
        return new Compiled(
                patched(routes, delta.routes()),
                patched(gateways, delta.gateways()),
                patched(endpoints, delta.endpoints()),
                patched(access, delta.access()),
                patched(settings, delta.settings()));
    }

    private static <V> Map<String, V> patched(Map<String, V> before, Map<String, Optional<V>> changes) {
        if (changes.isEmpty()) {
            return before;
        }
        var after = new HashMap<>(before);
        changes.forEach(
                (key, change) -> change.ifPresentOrElse(value -> after.put(key, value), () -> after.remove(key)));
        return after;
    }
}
