package dev.meltemi.rules;

import java.util.SortedSet;
import java.util.TreeSet;

/// The units of output that changes may have altered. Each change adds those that depend on what it replaces,
/// as of the state before, and on what it brings, as of the state after; everything else is equal in both by
/// construction.
final class Touched {
    /// One host's endpoint for one workload.
    record Member(String host, String workload) implements Comparable<Member> {
        @Override
        public int compareTo(Member other) {
            int byHost = host.compareTo(other.host);
            return byHost != 0 ? byHost : workload.compareTo(other.workload);
        }
    }

    private final SortedSet<String> routes = new TreeSet<>();
    private final SortedSet<String> hostsWithAllEndpoints = new TreeSet<>();
    private final SortedSet<Member> endpoints = new TreeSet<>();
    private final SortedSet<String> gateways = new TreeSet<>();
    private final SortedSet<String> access = new TreeSet<>();
    private final SortedSet<String> settings = new TreeSet<>();

    void add(Entry entry, MeshState state) {
        switch (entry) {
            case Rule rule -> {
                rule.meshHosts().forEach(host -> routes.addAll(state.coveredBy(host)));
                gateways.addAll(rule.boundTo());
            }
            case Delegate delegate ->
                state.book().delegations().roots().at(delegate.name()).forEach(root -> add(root, state));
            case Policy policy -> routes.addAll(state.coveredBy(policy.host()));
            case Declared service -> {
                routes.addAll(service.hosts());
                hostsWithAllEndpoints.addAll(service.hosts());
            }
            case Door door -> gateways.add(door.name());
            case Guard guard -> access.add(guard.scope());
            case Setting setting -> settings.add(setting.scope());
            case ApiGateway gateway -> gateways.add(gateway.key());
            case ApiRoute route -> {
                gateways.addAll(route.gateways());
                routes.addAll(state.hostsOfParents(route.services()));
            }
            case ApiGrant grant -> gateways.addAll(state.book().api().dependingOn(grant));
            case ApiBackendTls policy -> routes.addAll(state.hostsOfParents(policy.services()));
            case ApiNamespace _ -> gateways.addAll(state.book().api().selective());
            case Workload.Listed listed -> add((Workload) listed, state);
        }
    }

    void add(Workload workload, MeshState state) {
        state.servedBy(workload).forEach(host -> endpoints.add(new Member(host, workload.id())));
        routes.addAll(Fleet.claimsOf(workload));
    }

    SortedSet<String> routes() {
        return routes;
    }

    SortedSet<String> hostsWithAllEndpoints() {
        return hostsWithAllEndpoints;
    }

    SortedSet<Member> endpoints() {
        return endpoints;
    }

    SortedSet<String> gateways() {
        return gateways;
    }

    SortedSet<String> access() {
        return access;
    }

    SortedSet<String> settings() {
        return settings;
    }

    /// How much there is to compile.
    int size() {
        return routes.size()
                + hostsWithAllEndpoints.size()
                + endpoints.size()
                + gateways.size()
                + access.size()
                + settings.size();
    }
}
