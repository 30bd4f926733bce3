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
record Book(
        Index<Declared> declared,
        Index<Declared> selecting,
        HostIndex<Rule> rules,
        Index<Rule> bound,
        HostIndex<Policy> policies,
        TreePMap<String, Door> doors,
        Index<Guard> guards,
        TreePMap<String, Setting> settings) {
    static final Book EMPTY = new Book(
            Index.empty(),
            Index.empty(),
            HostIndex.empty(),
            Index.empty(),
            HostIndex.empty(),
            TreePMap.empty(),
            Index.empty(),
            TreePMap.empty());

    Book plus(Entry entry) {
        return switch (entry) {
            case Declared service -> declaring(service);
            case Rule rule -> ruling(rule);
            case Policy policy ->
                new Book(
                        declared,
                        selecting,
                        rules,
                        bound,
                        policies.plus(policy.host(), policy),
                        doors,
                        guards,
                        settings);
            case Door door ->
                new Book(declared, selecting, rules, bound, policies, doors.plus(door.name(), door), guards, settings);
            case Guard guard ->
                new Book(
                        declared,
                        selecting,
                        rules,
                        bound,
                        policies,
                        doors,
                        guards.plus(guard.scope(), guard),
                        settings);
            case Setting setting ->
                new Book(
                        declared,
                        selecting,
                        rules,
                        bound,
                        policies,
                        doors,
                        guards,
                        settings.plus(setting.scope(), setting));
            case Workload.Listed _ -> this;
        };
    }

    Book minus(Entry entry) {
        return switch (entry) {
            case Declared service -> undeclaring(service);
            case Rule rule -> unruling(rule);
            case Policy policy ->
                new Book(
                        declared,
                        selecting,
                        rules,
                        bound,
                        policies.minus(policy.host(), policy),
                        doors,
                        guards,
                        settings);
            case Door door ->
                new Book(declared, selecting, rules, bound, policies, doors.minus(door.name()), guards, settings);
            case Guard guard ->
                new Book(
                        declared,
                        selecting,
                        rules,
                        bound,
                        policies,
                        doors,
                        guards.minus(guard.scope(), guard),
                        settings);
            case Setting setting ->
                new Book(declared, selecting, rules, bound, policies, doors, guards, settings.minus(setting.scope()));
            case Workload.Listed _ -> this;
        };
    }

    Optional<Settings> setting(String scope) {
        return Optional.ofNullable(settings.get(scope)).map(Setting::compiled);
    }

    /// Services that select this workload.
    Set<Declared> selecting(Workload workload) {
        var services = new TreeSet<Declared>();
        for (var label : workload.labels().entrySet()) {
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
        var selectors = service.selector().isEmpty() ? selecting : selecting.plus(selectorKey(service), service);
        return new Book(hosts, selectors, rules, bound, policies, doors, guards, settings);
    }

    private Book undeclaring(Declared service) {
        var hosts = declared;
        for (String host : service.hosts()) {
            hosts = hosts.minus(host, service);
        }
        var selectors = service.selector().isEmpty() ? selecting : selecting.minus(selectorKey(service), service);
        return new Book(hosts, selectors, rules, bound, policies, doors, guards, settings);
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
        return new Book(declared, selecting, byHost, byGateway, policies, doors, guards, settings);
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
        return new Book(declared, selecting, byHost, byGateway, policies, doors, guards, settings);
    }

    private static String selectorKey(Declared service) {
        Map.Entry<String, String> first =
                service.selector().entrySet().iterator().next();
        return Fleet.labelKey(service.namespace(), first.getKey(), first.getValue());
    }
}
