package dev.meltemi.rules;

import dev.meltemi.resources.Endpoint;
import dev.meltemi.resources.Service;
import dev.meltemi.resources.ServiceEntry;
import dev.meltemi.resources.ServicePort;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Resolution;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A Service or a ServiceEntry. Of several that declare one host a Service sorts before a ServiceEntry, then the
/// oldest.
///
/// @param hosts fully qualified, lower case, perhaps wildcards
/// @param exportTo resolved
/// @param selects whether workloads of its namespace are its endpoints; otherwise `listed` are
/// @param selector labels of those workloads; empty: all
/// @param listed endpoints that the document itself names
/// @param oneAddress whether a name stands for one address of each answer, not for all
/// @param open whether instances of its namespace may name themselves its endpoints, since it selects none
record Declared(
        Age age,
        Declaration kind,
        Set<String> hosts,
        Resolution resolution,
        boolean external,
        List<String> addresses,
        List<String> exportTo,
        List<ServicePort> ports,
        boolean selects,
        Map<String, String> selector,
        List<Endpoint> listed,
        List<String> subjectAltNames,
        boolean oneAddress,
        boolean open)
        implements Entry, Comparable<Declared> {
    private static final Comparator<Declared> ORDER =
            Comparator.comparing(Declared::kind).thenComparing(Declared::age);

    static Declared of(Service service, long created) {
        String namespace = service.key().namespace();
        boolean alias = !service.externalName().isEmpty();
        return new Declared(
                new Age(created, service.key()),
                Declaration.SERVICE,
                Set.of(HostName.ofService(service.key().name().toLowerCase(Locale.ROOT), namespace)),
                alias ? Resolution.DNS : Resolution.ENDPOINTS,
                alias,
                service.clusterIps(),
                Visibility.resolved(service.exportTo(), namespace),
                service.ports(),
                !alias && !service.selector().isEmpty(),
                alias ? Map.of() : service.selector(),
                alias ? List.of(named(service.externalName())) : List.of(),
                List.of(),
                false,
                !alias && service.selector().isEmpty());
    }

    static Declared of(ServiceEntry entry, long created) {
        String namespace = entry.key().namespace();
        var hosts = new TreeSet<String>();
        entry.hosts().forEach(host -> hosts.add(HostName.plain(host)));
        return new Declared(
                new Age(created, entry.key()),
                Declaration.SERVICE_ENTRY,
                hosts,
                switch (entry.resolution()) {
                    case NONE -> Resolution.PASSTHROUGH;
                    case STATIC -> Resolution.ENDPOINTS;
                    case DNS, DNS_ROUND_ROBIN -> Resolution.DNS;
                },
                entry.external(),
                entry.addresses().stream().map(Declared::address).toList(),
                Visibility.resolved(entry.exportTo(), namespace),
                entry.ports(),
                entry.selects(),
                entry.workloadSelector(),
                entry.endpoints(),
                entry.subjectAltNames(),
                entry.resolution() == ServiceEntry.Resolution.DNS_ROUND_ROBIN,
                false);
    }

    /// A range of one address is that address.
    private static String address(String text) {
        int slash = text.indexOf('/');
        boolean alone = slash > 0 && text.substring(slash).equals(text.indexOf(':') < 0 ? "/32" : "/128");
        return alone ? text.substring(0, slash) : text;
    }

    /// Whether ports of the younger of two declarations of a host are the service's too (Istio:
    /// `canMergeServices`).
    boolean merges(Declared younger) {
        return kind == Declaration.SERVICE_ENTRY
                && younger.kind == kind
                && younger.namespace().equals(namespace())
                && younger.resolution == resolution
                && younger.oneAddress == oneAddress
                && younger.exportTo.equals(exportTo)
                && younger.selects == selects
                && younger.selector.equals(selector);
    }

    String namespace() {
        return age.key().namespace();
    }

    /// Endpoints that the document itself names: a host that is resolved by DNS is its own endpoint when it names
    /// none.
    List<Endpoint> listed(String host) {
        boolean itself = resolution == Resolution.DNS && listed.isEmpty() && !selects && !HostName.isWildcard(host);
        return itself ? List.of(named(host)) : listed;
    }

    /// Stable while the document keeps the endpoint, whatever is added before it.
    String idOf(Endpoint endpoint, int nthOfSameAddress) {
        var id = kind.name().toLowerCase(Locale.ROOT).replace("_", "") + ":" + namespace() + ":"
                + age.key().name() + ":" + endpoint.address();
        return nthOfSameAddress == 0 ? id : id + ":" + nthOfSameAddress;
    }

    boolean takes(Workload workload, String host) {
        if (selects) {
            return workload.namespace().equals(namespace()) && workload.has(selector);
        }
        return open
                && workload instanceof Workload.Instance instance
                && instance.namespace().equals(namespace())
                && instance.claims().contains(host);
    }

    /// Service port in decimal to where this workload is called.
    Map<String, Integer> portsOf(Workload workload) {
        return switch (workload) {
            case Workload.Instance _ -> ports(ServicePort::number);
            case Workload.Listed(var entry) -> portsOf(entry.endpoint());
        };
    }

    Map<String, Integer> portsOf(Endpoint endpoint) {
        return ports(port -> endpoint.ports().getOrDefault(port.name(), port.targetPort()));
    }

    private Map<String, Integer> ports(java.util.function.ToIntFunction<ServicePort> target) {
        var targets = new TreeMap<String, Integer>();
        ports.forEach(port -> targets.putIfAbsent(Integer.toString(port.number()), target.applyAsInt(port)));
        return targets;
    }

    private static Endpoint named(String host) {
        return new Endpoint(host, Map.of(), Map.of(), "", "", 1, "");
    }

    @Override
    public int compareTo(Declared other) {
        return ORDER.compare(this, other);
    }
}
