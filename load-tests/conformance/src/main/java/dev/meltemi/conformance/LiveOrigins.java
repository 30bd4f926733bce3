package dev.meltemi.conformance;

import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.TlsOrigination;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Subset;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The applications of a run: one at each port of each endpoint, made when a case needs it first.
final class LiveOrigins implements AutoCloseable {
    private final LiveOrigin.Run run;
    private final Map<LiveOrigin.Place, LiveOrigin> origins = new HashMap<>();
    private final Set<String> addresses = new HashSet<>();

    LiveOrigins(LiveOrigin.Run run) {
        this.run = run;
    }

    /// The same mesh with an origin of ours behind each endpoint; a host without endpoints gets one for each subset
    /// and one that is in none.
    Compiled behind(Compiled mesh) {
        var byHost = new TreeMap<String, List<ServiceEndpoint>>();
        mesh.endpoints()
                .values()
                .forEach(each -> byHost.computeIfAbsent(each.getHost(), _ -> new ArrayList<>())
                        .add(each));
        var endpoints = new TreeMap<String, ServiceEndpoint>();
        mesh.routes().forEach((host, service) -> {
            List<ServiceEndpoint> known = byHost.getOrDefault(host, List.of());
            for (ServiceEndpoint each : known.isEmpty() ? invented(service) : known) {
                endpoints.put(host + "/" + each.getInstance(), rehoused(each, service));
            }
        });
        return new Compiled(mesh.routes(), mesh.gateways(), endpoints, mesh.access(), mesh.settings());
    }

    /// The one of the workload that is called itself.
    InetSocketAddress application(int port) {
        var place = new LiveOrigin.Place("application", Set.of(), port, "application");
        return origins.computeIfAbsent(place, _ -> origin(place, "127.98.255.1", "conformance", ""))
                .address();
    }

    /// @param account empty: the one that pods have unless something is said
    private LiveOrigin origin(LiveOrigin.Place place, String address, String namespace, String account) {
        var tls = run.certificates().application(namespace, account.isEmpty() ? "default" : account);
        return new LiveOrigin(run, tls, place, LiveMesh.address(address));
    }

    private static List<ServiceEndpoint> invented(ServiceRoutes service) {
        var invented = new ArrayList<ServiceEndpoint>();
        var labels = new HashSet<Map<String, String>>();
        labels.add(Map.of());
        subsets(service).forEach(subset -> labels.add(subset.getLabels()));
        for (Map<String, String> each : labels) {
            invented.add(ServiceEndpoint.newBuilder()
                    .setHost(service.getHost())
                    .setInstance("invented" + new TreeMap<>(each))
                    .setAddress("")
                    .setPorts(Map.of())
                    .setLabels(each)
                    .setNamespace(service.getNamespace())
                    .build());
        }
        return invented;
    }

    private static List<Subset> subsets(ServiceRoutes service) {
        return service.getPolicies().stream()
                .map(DestinationPolicy::getSubsets)
                .flatMap(List::stream)
                .toList();
    }

    private ServiceEndpoint rehoused(ServiceEndpoint endpoint, ServiceRoutes service) {
        var subsets = new HashSet<String>();
        for (Subset subset : subsets(service)) {
            if (endpoint.getLabels().entrySet().containsAll(subset.getLabels().entrySet())) {
                subsets.add(subset.getName());
            }
        }
        String address = "";
        var ports = new HashMap<String, Integer>();
        for (ServicePort port : service.getPorts()) {
            var place = new LiveOrigin.Place(
                    service.getHost(),
                    subsets,
                    port.getNumber(),
                    endpoint.getNamespace() + "/" + endpoint.getWorkload());
            String own = "127.98." + Math.floorMod(service.getHost().hashCode(), 250) + "."
                    + (1 + Math.floorMod((endpoint.getInstance() + subsets).hashCode(), 250));
            var origin = origins.computeIfAbsent(
                    place, _ -> origin(place, own, endpoint.getNamespace(), endpoint.getServiceAccount()));
            address = origin.address().getAddress().getHostAddress();
            ports.put(Integer.toString(port.getNumber()), origin.address().getPort());
            addresses.add(address);
        }
        return ServiceEndpoint.newBuilder(endpoint)
                .setAddress(address)
                .setPorts(ports)
                .setHealthy(true)
                .setMtls(false)
                .build();
    }

    /// Why a cluster can't be called here: what isn't ours isn't called, and ours are the run's authority's.
    String whyNot(Cluster cluster) {
        for (Endpoint endpoint : cluster.endpoints()) {
            if (!addresses.contains(endpoint.address().getHostString())) {
                return "the request leaves for an address that the caller named";
            }
        }
        TlsOrigination tls = cluster.originates();
        if (tls != null && (tls.mutual() || !tls.unverified())) {
            return "TLS towards " + cluster.name() + " by certificates and authorities that aren't this run's";
        }
        return cluster.endpoints().isEmpty() ? cluster.name() + " has no endpoint" : "";
    }

    @Override
    public void close() {
        origins.values().forEach(LiveOrigin::close);
    }
}
