package dev.meltemi.rules;

import dev.meltemi.resources.Endpoint;
import dev.meltemi.schemas.compiled.Resolution;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Who answers for a host: the workloads that its declarations select or list, or the instances that claim a
/// host which nobody declares. A workload has one endpoint for a host, with the ports of everything that
/// selects it.
final class Endpoints {
    private Endpoints() {}

    /// All endpoints of a host by id.
    static SortedMap<String, ServiceEndpoint> of(MeshState state, String host) {
        var ids = new TreeSet<>(state.fleet().claims().at(host));
        var endpoints = new TreeMap<String, ServiceEndpoint>();
        for (Declared service : sources(state, host)) {
            if (service.selects()) {
                ids.addAll(state.fleet().maybeSelected(service.namespace(), service.selector()));
            }
            endpoints.putAll(listed(service, host));
        }
        for (String id : ids) {
            of(state, host, id).ifPresent(endpoint -> endpoints.put(id, endpoint));
        }
        return endpoints;
    }

    /// The endpoint of one workload, found without reading the others.
    static Optional<ServiceEndpoint> of(MeshState state, String host, String id) {
        Workload workload = state.fleet().workload(id);
        if (workload == null || workload.address().isEmpty()) {
            return Optional.empty();
        }
        Map<String, Integer> ports = ports(state, host, workload);
        if (ports.isEmpty()) {
            return Optional.empty();
        }
        var out = workload.endpoint().setHost(host).setPorts(ports);
        boolean silent = state.fleet().silent().contains(id);
        return Optional.of(silent ? out.setHealthy(false).build() : out.build());
    }

    private static Map<String, Integer> ports(MeshState state, String host, Workload workload) {
        var ports = new TreeMap<String, Integer>();
        if (!state.book().declared().at(host).isEmpty()) {
            for (Declared service : sources(state, host)) {
                if (service.takes(workload, host)) {
                    service.portsOf(workload).forEach(ports::putIfAbsent);
                }
            }
        } else if (workload instanceof Workload.Instance instance) {
            instance.claimedPorts(host).keySet().forEach(port -> ports.put(Integer.toString(port), port));
        }
        return ports;
    }

    /// Declarations that have a say: in each namespace those that find endpoints as its first one does. A
    /// host whose callers keep their own address has none.
    private static List<Declared> sources(MeshState state, String host) {
        var resolutions = new HashMap<String, Resolution>();
        var sources = new ArrayList<Declared>();
        for (Declared service : state.book().declared().at(host)) {
            resolutions.putIfAbsent(service.namespace(), service.resolution());
            if (service.resolution() != Resolution.PASSTHROUGH
                    && service.resolution() == resolutions.get(service.namespace())) {
                sources.add(service);
            }
        }
        return sources;
    }

    private static Map<String, ServiceEndpoint> listed(Declared service, String host) {
        var endpoints = new TreeMap<String, ServiceEndpoint>();
        var seen = new HashMap<String, Integer>();
        for (Endpoint endpoint : service.listed(host)) {
            if (endpoint.address().isEmpty()) {
                continue; // its network would have a gateway, which nobody knows
            }
            int nth = seen.merge(endpoint.address(), 1, Integer::sum) - 1;
            String id = service.idOf(endpoint, nth);
            endpoints.put(
                    id,
                    Workload.Listed.endpoint(id, endpoint, service.namespace())
                            .setHost(host)
                            .setPorts(service.portsOf(endpoint))
                            .build());
        }
        return endpoints;
    }
}
