package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The rules for one host at one port, tried in order: the first that matches decides, and if none does the request has
/// no route.
final class RouteList {
    private final List<RouteRule> rules;
    private final Decision otherwise;

    RouteList(List<RouteRule> rules, Edge.Service service) {
        this(rules, new Decision.Refuse(new ProxyFailure.NoRoute(), Route.NONE, service));
    }

    private RouteList(List<RouteRule> rules, Decision otherwise) {
        this.rules = List.copyOf(rules);
        this.otherwise = otherwise;
    }

    static RouteList always(Decision decision) {
        return new RouteList(List.of(), decision);
    }

    List<RouteRule> rules() {
        return rules;
    }

    /// The same list with one rule before it.
    RouteList behind(RouteRule first) {
        var all = new ArrayList<RouteRule>();
        all.add(first);
        all.addAll(rules);
        return new RouteList(all, otherwise);
    }

    /// What becomes of a request that no rule matches.
    Decision otherwise() {
        return otherwise;
    }

    /// @param tracer null: nobody asks why
    Decision decide(RequestHead request, RandomGenerator random, @Nullable Tracer tracer) {
        int pathEnd = MatchedPath.end(request.path());
        for (int i = 0; i < rules.size(); i++) {
            RouteRule rule = rules.get(i);
            int failed = rule.firstFailing(request, pathEnd);
            if (tracer != null) {
                tracer.tried(rule, failed);
            }
            if (failed == RouteRule.NONE) {
                return rule.action().decide(request, random);
            }
        }
        return otherwise;
    }

    /// Merges what several VirtualServices say of one host at a gateway: in their order, those that match everything at
    /// the end (Istio's `SortVHostRoutes`).
    static RouteList merged(Collection<RouteRule> rules, Edge.Service service) {
        var sorted = new ArrayList<RouteRule>();
        rules.stream().filter(rule -> !rule.isCatchAll()).forEach(sorted::add);
        rules.stream().filter(RouteRule::isCatchAll).forEach(sorted::add);
        return new RouteList(sorted, service);
    }

    /// Whether a decision depends on the address that the caller asked for.
    boolean followsCaller() {
        var found = new boolean[1];
        map(decision -> {
            found[0] |= decision instanceof Decision.Forward forward
                    && forward.cluster().followsCaller();
            return decision;
        });
        return found[0];
    }

    /// The same list for callers that asked for one address.
    RouteList towards(Edge.Service service, String host, int port) {
        return map(decision -> decision instanceof Decision.Forward forward
                        && forward.cluster().followsCaller()
                ? new Decision.Forward(
                        forward.route(),
                        forward.cluster().towards(service, host, port),
                        forward.requestEdits(),
                        forward.responseEdits())
                : decision);
    }

    private RouteList map(UnaryOperator<Decision> change) {
        return new RouteList(
                rules.stream()
                        .map(rule ->
                                new RouteRule(rule.predicates(), rule.action().map(change), rule.source()))
                        .toList(),
                change.apply(otherwise));
    }
}
