package dev.meltemi.routing;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A table for people, under istioctl's words. Made of the table itself, so that it shows what decides and nothing
/// else; the documents in which a row has its source come from what the table was compiled of.
///
/// @param listeners of a gateway; what a sidecar listens on is not the table's
public record TableView(
        List<RouteRow> routes,
        List<ClusterRow> clusters,
        List<EndpointRow> endpoints,
        List<RouteTable.Listener> listeners) {
    /// @param name Istio names a route configuration after its port
    /// @param virtualService `reviews.default`, empty for a service's own default
    /// @param destination clusters with their weights, or what else happens
    /// @param source `VirtualService/default/reviews@1842`
    public record RouteRow(
            String name,
            String virtualHost,
            String domains,
            String match,
            String virtualService,
            String destination,
            String source) {}

    /// @param type Envoy's: EDS, STRICT_DNS or ORIGINAL_DST
    public record ClusterRow(
            String fqdn,
            int port,
            String subset,
            String direction,
            String type,
            String destinationRule,
            String source) {}

    public record EndpointRow(String endpoint, String status, String outlierCheck, String cluster, String instance) {}

    static TableView of(
            Workload self, Hosts hosts, Clusters clusters, List<RouteTable.Listener> listeners, Compiled compiled) {
        var offsets = ruleOffsets(compiled);
        var routes = new ArrayList<RouteRow>();
        hosts.listed().stream()
                .sorted(Comparator.comparingInt(Hosts.Listed::port).thenComparing(Hosts.Listed::host))
                .forEach(listed -> rows(listed, offsets, routes));
        routes.addAll(ConnectionRows.of(hosts.listedConnections(), compiled));
        var clusterRows = new ArrayList<ClusterRow>();
        var endpoints = new ArrayList<EndpointRow>();
        new TreeMap<>(clusters.byName()).values().forEach(cluster -> {
            clusterRows.add(row(cluster, self, compiled));
            for (Endpoint endpoint : cluster.members()) {
                endpoints.add(new EndpointRow(
                        endpoint.toString(),
                        cluster.isFailing(endpoint) ? "UNHEALTHY" : "HEALTHY",
                        cluster.isEjected(endpoint) ? "FAILED" : "OK",
                        cluster.name(),
                        endpoint.instance()));
            }
        });
        return new TableView(routes, clusterRows, endpoints, listeners);
    }

    private static Map<String, Long> ruleOffsets(Compiled compiled) {
        var offsets = new HashMap<String, Long>();
        compiled.routes().values().forEach(service -> service.getHttp().forEach(rules -> note(rules, offsets)));
        compiled.gateways()
                .values()
                .forEach(gateway -> gateway.getServers()
                        .forEach(server -> server.getHosts()
                                .forEach(host -> host.getHttp().forEach(rules -> note(rules, offsets)))));
        compiled.gateways()
                .values()
                .forEach(gateway -> offsets.put("Gateway/" + gateway.getGateway(), gateway.getConfigOffset()));
        return offsets;
    }

    private static void note(HttpRules rules, Map<String, Long> offsets) {
        offsets.put(rules.getKind() + "/" + rules.getRule(), rules.getConfigOffset());
    }

    private static void rows(Hosts.Listed listed, Map<String, Long> offsets, List<RouteRow> into) {
        if (listed.routes().rules().isEmpty()) {
            into.add(row(listed, "/*", new Action.Always(listed.routes().otherwise()), offsets));
        }
        for (RouteRule rule : listed.routes().rules()) {
            into.add(row(listed, match(rule.predicates()), rule.action(), offsets));
        }
    }

    private static RouteRow row(Hosts.Listed listed, String match, Action action, Map<String, Long> offsets) {
        Route route = route(action);
        String rule = route.rule();
        Long offset = offsets.get(rule);
        return new RouteRow(
                Integer.toString(listed.port()),
                listed.host() + ":" + listed.port(),
                listed.host(),
                match,
                dotted(rule),
                destination(action),
                rule.isEmpty() ? "" : rule + (offset == null ? "" : "@" + offset));
    }

    /// `VirtualService/default/reviews` is `reviews.default` to istioctl.
    static String dotted(String rule) {
        String[] parts = rule.split("/", -1);
        return parts.length < 3 ? "" : parts[2] + "." + parts[1];
    }

    private static Route route(Action action) {
        return switch (action) {
            case Action.Always(var decision) -> route(decision);
            case Action.Split(var shares, var _) -> route(shares.getFirst());
            case Action.SendElsewhere(var target) -> target.route();
        };
    }

    private static Route route(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> forward.route();
            case Decision.Redirect redirect -> redirect.route();
            case Decision.Respond respond -> respond.route();
            case Decision.Refuse refuse -> refuse.route();
        };
    }

    private static String destination(Action action) {
        return switch (action) {
            case Action.Always(var decision) -> destination(decision);
            case Action.Split(var shares, var bounds) -> {
                var parts = new ArrayList<String>();
                for (int i = 0; i < shares.size(); i++) {
                    int weight = bounds.get(i) - (i == 0 ? 0 : bounds.get(i - 1));
                    parts.add(destination(shares.get(i)) + "=" + weight);
                }
                yield String.join(", ", parts);
            }
            case Action.SendElsewhere _ -> "redirect";
        };
    }

    private static String destination(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> forward.cluster().name();
            case Decision.Redirect redirect -> "redirect " + redirect.status();
            case Decision.Respond respond -> "response " + respond.status();
            case Decision.Refuse refuse -> refuse.failure().toString();
        };
    }

    private static String match(List<Predicate> predicates) {
        return predicates.isEmpty()
                ? "/*"
                : String.join(" ", predicates.stream().map(TableView::text).toList());
    }

    private static String text(Predicate predicate) {
        return switch (predicate) {
            case Predicate.Path(var test) -> text(test);
            case Predicate.Method(var test) -> "method:" + text(test);
            case Predicate.Scheme(var test) -> "scheme:" + text(test);
            case Predicate.Authority(var test) -> "authority:" + text(test);
            case Predicate.Header(var name, var test) -> name + ":" + text(test);
            case Predicate.WithoutHeader(var name, var test) -> "!" + name + ":" + text(test);
            case Predicate.QueryParameter(var name, var test) -> "?" + name + "=" + text(test);
        };
    }

    private static String text(StringTest test) {
        return switch (test) {
            case StringTest.Exact(var value, var _) -> value;
            case StringTest.Prefix(var value, var _) -> value + "*";
            case StringTest.PathPrefix(var value) -> value + "/*";
            case StringTest.Regex(var pattern) -> "~" + pattern.pattern();
            case StringTest.Anything() -> "*";
        };
    }

    private static ClusterRow row(Cluster cluster, Workload self, Compiled compiled) {
        var definition = cluster.definition();
        String[] parts = cluster.name().split("\\|", -1);
        String host = definition.service().host();
        ServiceRoutes service = compiled.routes().get(host);
        @Nullable DestinationPolicy policy = service == null ? null : Policies.choose(service, self);
        String rule = policy == null ? "" : "DestinationRule/" + policy.getRule();
        return new ClusterRow(
                host,
                definition.port(),
                parts.length == 4 ? parts[2] : "",
                "outbound",
                switch (definition.origin()) {
                    case ENDPOINTS -> "EDS";
                    case NAME -> "STRICT_DNS";
                    case ONE_ADDRESS -> "LOGICAL_DNS";
                    case CALLER -> "ORIGINAL_DST";
                },
                dotted(rule),
                policy == null ? "" : rule + "@" + policy.getConfigOffset());
    }
}
