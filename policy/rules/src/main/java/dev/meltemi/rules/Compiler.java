package dev.meltemi.rules;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// From what the mesh was told to what sidecars run. Pure: same input, same bytes; the order of events is
/// irrelevant.
///
/// The output falls into units, each a function of the state alone: the routes of a host, the endpoint of a
/// workload for a host, a gateway, a scope of access. Compiling everything is compiling every unit; compiling a
/// change is compiling those that it touches, before and after, and keeping what differs.
public final class Compiler {
    private Compiler() {}

    /// Everything, from nothing: on a first read, and in static mode.
    public static Compiled all(MeshState state) {
        var routes = new TreeMap<String, ServiceRoutes>();
        var endpoints = new TreeMap<String, ServiceEndpoint>();
        var gateways = new TreeMap<String, GatewayRoutes>();
        for (String reversed : state.reversedHosts()) {
            String host = HostName.reversed(reversed);
            Services.compiled(state, host).ifPresent(service -> routes.put(host, service));
            Endpoints.of(state, host).forEach((id, endpoint) -> endpoints.put(endpointKey(host, id), endpoint));
        }
        for (String name : state.book().doors().keySet()) {
            Gateways.compiled(state, name).ifPresent(gateway -> gateways.put(name, gateway));
        }
        for (String key : state.book().api().gateways().keySet()) {
            ApiGateways.compiled(state, key).ifPresent(gateway -> gateways.put(key, gateway));
        }
        var access = new TreeMap<String, AccessRules>();
        for (String scope : state.book().guards().byKey().keySet()) {
            Access.compiled(state, scope).ifPresent(rules -> access.put(scope, rules));
        }
        var settings = new TreeMap<String, Settings>();
        state.book().settings().forEach((scope, setting) -> settings.put(scope, setting.compiled()));
        return new Compiled(routes, gateways, endpoints, access, settings);
    }

    /// What differs between `before` and the state after these changes, in their order. A change that makes no
    /// difference gives an empty delta. Law: `all(s).with(step(s, c).delta())` equals `all(step(s, c).after())`.
    public static Step step(MeshState before, Collection<? extends Change> changes) {
        var touched = new Touched();
        var after = before;
        for (Change change : changes) {
            after = after.after(change, touched);
        }
        return new Step(after, difference(before, after, touched));
    }

    private static Compiled.Delta difference(MeshState before, MeshState after, Touched touched) {
        var routes = new TreeMap<String, Optional<ServiceRoutes>>();
        touched.routes().forEach(host -> note(routes, host, before, after, state -> Services.compiled(state, host)));
        var gateways = new TreeMap<String, Optional<GatewayRoutes>>();
        touched.gateways()
                .forEach(name -> note(gateways, name, before, after, state -> Gateways.compiled(state, name)));
        var endpoints = new TreeMap<String, Optional<ServiceEndpoint>>();
        for (var member : touched.endpoints()) {
            note(
                    endpoints,
                    endpointKey(member.host(), member.workload()),
                    before,
                    after,
                    state -> Endpoints.of(state, member.host(), member.workload()));
        }
        for (String host : touched.hostsWithAllEndpoints()) {
            noteAll(endpoints, host, Endpoints.of(before, host), Endpoints.of(after, host));
        }
        var access = new TreeMap<String, Optional<AccessRules>>();
        touched.access().forEach(scope -> note(access, scope, before, after, state -> Access.compiled(state, scope)));
        var settings = new TreeMap<String, Optional<Settings>>();
        touched.settings()
                .forEach(scope -> note(
                        settings, scope, before, after, state -> state.book().setting(scope)));
        return new Compiled.Delta(routes, gateways, endpoints, access, settings);
    }

    private static <V> void note(
            Map<String, Optional<V>> changes,
            String key,
            MeshState before,
            MeshState after,
            Function<MeshState, Optional<V>> unit) {
        var now = unit.apply(after);
        if (!now.equals(unit.apply(before))) {
            changes.put(key, now);
        }
    }

    private static void noteAll(
            Map<String, Optional<ServiceEndpoint>> changes,
            String host,
            Map<String, ServiceEndpoint> before,
            Map<String, ServiceEndpoint> after) {
        var ids = new TreeSet<>(before.keySet());
        ids.addAll(after.keySet());
        for (String id : ids) {
            var now = Optional.ofNullable(after.get(id));
            if (!now.equals(Optional.ofNullable(before.get(id)))) {
                changes.put(endpointKey(host, id), now);
            }
        }
    }

    private static String endpointKey(String host, String id) {
        return host + "/" + id;
    }

    public record Step(MeshState after, Compiled.Delta delta) {}
}
