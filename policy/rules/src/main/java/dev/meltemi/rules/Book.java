package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.pcollections.TreePMap;

/// What documents say, found by what it is about. Every index only holds what {@link Entry} knows by itself.
///
/// @param declared by host or wildcard
/// @param selecting services by namespace and the first label of their selector
/// @param rules those for sidecars, by host
/// @param bound rules by the gateway that they name, whether it exists or not
/// @param guards by scope
/// @param settings by scope, each of one document
/// @param delegations rules that stand in place of others'
/// @param api of the Gateway API
record Book(
        Index<Declared> declared,
        Index<Declared> selecting,
        HostIndex<Rule> rules,
        Index<Rule> bound,
        HostIndex<Policy> policies,
        TreePMap<String, Door> doors,
        Index<Guard> guards,
        TreePMap<String, Setting> settings,
        Delegations delegations,
        ApiBook api) {
    static final Book EMPTY = new Book(
            Index.empty(),
            Index.empty(),
            HostIndex.empty(),
            Index.empty(),
            HostIndex.empty(),
            TreePMap.empty(),
            Index.empty(),
            TreePMap.empty(),
            Delegations.EMPTY,
            ApiBook.EMPTY);

    Book plus(Entry entry) {
        return switch (entry) {
            case Declared service -> declaring(service);
            case Rule rule -> ruling(rule);
            case Delegate delegate -> withDelegations(delegations.plus(delegate));
            case Policy policy -> withPolicies(policies.plus(policy.host(), policy));
            case Door door -> withDoors(doors.plus(door.name(), door));
            case Guard guard -> withGuards(guards.plus(guard.scope(), guard));
            case Setting setting -> withSettings(settings.plus(setting.scope(), setting));
            case ApiEntry known -> withApi(api.plus(known));
            case Workload.Listed _ -> this;
        };
    }

    Book minus(Entry entry) {
        return switch (entry) {
            case Declared service -> undeclaring(service);
            case Rule rule -> unruling(rule);
            case Delegate delegate -> withDelegations(delegations.minus(delegate));
            case Policy policy -> withPolicies(policies.minus(policy.host(), policy));
            case Door door -> withDoors(doors.minus(door.name()));
            case Guard guard -> withGuards(guards.minus(guard.scope(), guard));
            case Setting setting -> withSettings(settings.minus(setting.scope()));
            case ApiEntry known -> withApi(api.minus(known));
            case Workload.Listed _ -> this;
        };
    }

    Optional<Settings> setting(String scope) {
        return Optional.ofNullable(settings.get(scope)).map(Setting::compiled);
    }

    /// Services that select this workload.
    Set<Declared> selecting(Workload workload) {
        var services = new TreeSet<Declared>();
        for (var label : Fleet.indexed(workload.labels()).entrySet()) {
            for (Declared service :
                    selecting.at(Fleet.labelKey(workload.namespace(), label.getKey(), label.getValue()))) {
                if (workload.has(service.selector())) {
                    services.add(service);
                }
            }
        }
        return services;
    }

    private Book declaring(Declared service) {
        var hosts = declared;
        for (String host : service.hosts()) {
            hosts = hosts.plus(host, service);
        }
        var selectors = !service.selects() ? selecting : selecting.plus(selectorKey(service), service);
        return new Book(hosts, selectors, rules, bound, policies, doors, guards, settings, delegations, api);
    }

    private Book undeclaring(Declared service) {
        var hosts = declared;
        for (String host : service.hosts()) {
            hosts = hosts.minus(host, service);
        }
        var selectors = !service.selects() ? selecting : selecting.minus(selectorKey(service), service);
        return new Book(hosts, selectors, rules, bound, policies, doors, guards, settings, delegations, api);
    }

    private Book ruling(Rule rule) {
        var byHost = rules;
        for (String host : rule.meshHosts()) {
            byHost = byHost.plus(host, rule);
        }
        var byGateway = bound;
        for (String gateway : rule.boundTo()) {
            byGateway = byGateway.plus(gateway, rule);
        }
        return new Book(
                declared, selecting, byHost, byGateway, policies, doors, guards, settings, delegations.plus(rule), api);
    }

    private Book unruling(Rule rule) {
        var byHost = rules;
        for (String host : rule.meshHosts()) {
            byHost = byHost.minus(host, rule);
        }
        var byGateway = bound;
        for (String gateway : rule.boundTo()) {
            byGateway = byGateway.minus(gateway, rule);
        }
        return new Book(
                declared,
                selecting,
                byHost,
                byGateway,
                policies,
                doors,
                guards,
                settings,
                delegations.minus(rule),
                api);
    }

    private Book withPolicies(HostIndex<Policy> changed) {
        return new Book(declared, selecting, rules, bound, changed, doors, guards, settings, delegations, api);
    }

    private Book withDoors(TreePMap<String, Door> changed) {
        return new Book(declared, selecting, rules, bound, policies, changed, guards, settings, delegations, api);
    }

    private Book withGuards(Index<Guard> changed) {
        return new Book(declared, selecting, rules, bound, policies, doors, changed, settings, delegations, api);
    }

    private Book withSettings(TreePMap<String, Setting> changed) {
        return new Book(declared, selecting, rules, bound, policies, doors, guards, changed, delegations, api);
    }

    private Book withDelegations(Delegations changed) {
        return new Book(declared, selecting, rules, bound, policies, doors, guards, settings, changed, api);
    }

    private Book withApi(ApiBook changed) {
        return new Book(declared, selecting, rules, bound, policies, doors, guards, settings, delegations, changed);
    }

    private static String selectorKey(Declared service) {
        var labels = service.selector().isEmpty() ? Fleet.indexed(Map.of()) : service.selector();
        Map.Entry<String, String> first = labels.entrySet().iterator().next();
        return Fleet.labelKey(service.namespace(), first.getKey(), first.getValue());
    }
}
