package dev.meltemi.routing;

import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.NamedMatch;
import dev.meltemi.schemas.compiled.Resolution;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.StringMatch;
import dev.meltemi.schemas.compiled.StringMatchKind;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/// Compiled records in few words.
final class Given {
    static {
        AvroLimits.set();
    }

    private Given() {}

    static final String DOMAIN = ".default.svc.cluster.local";

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    static Workload client(String namespace) {
        return client(namespace, Map.of("app", "client"));
    }

    static Workload client(String namespace, Map<String, String> labels) {
        return new Workload("client-1", "client", namespace, labels, "client", "Kubernetes", false);
    }

    static Workload gateway() {
        return new Workload(
                "gateway-1", "gateway", "default", Map.of("istio", "ingressgateway"), "gateway", "Kubernetes", true);
    }

    /// A Kubernetes service in `default` with HTTP ports.
    static ServiceRoutes.Builder service(String name, int... ports) {
        return host(name + DOMAIN, ports).setDeclaredBy(Declaration.SERVICE);
    }

    static ServiceRoutes.Builder host(String host, int... ports) {
        return ServiceRoutes.newBuilder()
                .setHost(host)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE_ENTRY)
                .setResolution(Resolution.ENDPOINTS)
                .setPorts(Arrays.stream(ports)
                        .mapToObj(port -> port(port, "HTTP"))
                        .toList());
    }

    static ServicePort port(int number, String protocol) {
        return ServicePort.newBuilder()
                .setNumber(number)
                .setName("p" + number)
                .setProtocol(protocol)
                .build();
    }

    static HttpRules.Builder rules(String name, HttpRoute... routes) {
        return HttpRules.newBuilder()
                .setRule("default/" + name)
                .setNamespace("default")
                .setConfigOffset(1)
                .setRoutes(List.of(routes));
    }

    static HttpRoute.Builder route(HttpMatch... matches) {
        return HttpRoute.newBuilder().setMatches(List.of(matches));
    }

    static HttpRoute to(String name, HttpMatch... matches) {
        return route(matches).setDestinations(List.of(destination(name, "", 1))).build();
    }

    static WeightedDestination destination(String name, String subset, int weight) {
        return WeightedDestination.newBuilder()
                .setDestination(Destination.newBuilder()
                        .setHost(name + DOMAIN)
                        .setSubset(subset)
                        .build())
                .setWeight(weight)
                .build();
    }

    static HttpMatch.Builder match() {
        return HttpMatch.newBuilder();
    }

    static StringMatch string(StringMatchKind kind, String value) {
        return StringMatch.newBuilder().setKind(kind).setValue(value).build();
    }

    static NamedMatch named(String name, StringMatchKind kind, String value) {
        return NamedMatch.newBuilder()
                .setName(name)
                .setMatch(string(kind, value))
                .build();
    }

    static DestinationPolicy.Builder policy(String namespace, Subset... subsets) {
        return DestinationPolicy.newBuilder()
                .setRule(namespace + "/policy")
                .setNamespace(namespace)
                .setConfigOffset(1)
                .setSubsets(List.of(subsets));
    }

    /// A policy that says no more than how to balance.
    static PolicyInForce balanced(LoadBalancer balancing) {
        return inForce(TrafficPolicy.newBuilder().setLoadBalancer(balancing));
    }

    static PolicyInForce inForce(TrafficPolicy.Builder said) {
        if (!said.hasPorts()) {
            said.setPorts(Map.of());
        }
        return Policies.inForce(policy("default").setTraffic(said.build()).build(), null, 0);
    }

    static Subset subset(String version) {
        return Subset.newBuilder()
                .setName(version)
                .setLabels(Map.of("version", version))
                .build();
    }

    static ServiceEndpoint.Builder endpoint(String service, String version, String address) {
        return ServiceEndpoint.newBuilder()
                .setHost(service + DOMAIN)
                .setInstance(service + "-" + version)
                .setAddress(address)
                .setPorts(Map.of("9080", 9080))
                .setLabels(Map.of("app", service, "version", version))
                .setNamespace("default")
                .setWorkload(service + "-" + version);
    }

    static Compiled mesh(ServiceRoutes.Builder... services) {
        var routes = new HashMap<String, ServiceRoutes>();
        for (ServiceRoutes.Builder service : services) {
            routes.put(service.getHost(), service.build());
        }
        return new Compiled(routes, Map.of(), Map.of(), Map.of(), Map.of());
    }

    static Compiled with(Compiled mesh, ServiceEndpoint.Builder... endpoints) {
        var all = new HashMap<>(mesh.endpoints());
        for (ServiceEndpoint.Builder builder : endpoints) {
            ServiceEndpoint endpoint = builder.build();
            all.put(endpoint.getHost() + "/" + endpoint.getInstance(), endpoint);
        }
        return new Compiled(mesh.routes(), mesh.gateways(), all, mesh.access(), mesh.settings());
    }

    static Compiled with(Compiled mesh, GatewayRoutes... gateways) {
        var all = new HashMap<>(mesh.gateways());
        for (GatewayRoutes gateway : gateways) {
            all.put(gateway.getGateway(), gateway);
        }
        return new Compiled(mesh.routes(), all, mesh.endpoints(), mesh.access(), mesh.settings());
    }

    static RouteTable table(Workload self, Compiled mesh) {
        return RouteTable.of(self, Revision.NONE, mesh, new Clusters(), null);
    }

    static RouteTable table(Compiled mesh) {
        return table(client("default"), mesh);
    }

    /// What becomes of a request, in a word: a cluster, `->` a location, or a status with its flag.
    static String outcome(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> forward.cluster().name();
            case Decision.Redirect redirect -> redirect.status() + " -> " + redirect.location();
            case Decision.Respond respond ->
                respond.status() + " " + respond.service().name();
            case Decision.Refuse refuse -> {
                FailureWords words = FailureWords.of(refuse.failure());
                yield words.status() + " " + words.flag();
            }
        };
    }

    static Request get(String authority, String path) {
        return new Request("GET", path, authority, "http", Map.of(), 0);
    }

    record Request(
            String method, String path, String authority, String scheme, Map<String, String> headers, int listenerPort)
            implements RequestHead {
        @Override
        public @Nullable String header(String name) {
            for (var header : headers.entrySet()) {
                if (header.getKey().equalsIgnoreCase(name)) {
                    return header.getValue();
                }
            }
            return null;
        }

        Request with(String header, String value) {
            var more = new HashMap<>(headers);
            more.put(header, value);
            return new Request(method, path, authority, scheme, more, listenerPort);
        }

        Request at(int port) {
            return new Request(method, path, authority, scheme, headers, port);
        }

        Request method(String now) {
            return new Request(now, path, authority, scheme, headers, listenerPort);
        }

        Request scheme(String now) {
            return new Request(method, path, authority, now, headers, listenerPort);
        }
    }
}
