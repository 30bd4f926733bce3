package dev.meltemi.routing;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Notes what a table does with one request, and finds the names of what it was made of.
final class Explaining implements Tracer {
    private final Workload self;
    private final Compiled compiled;
    private final RequestHead request;
    private final List<Explanation.Tried> tried = new ArrayList<>();
    private @Nullable RouteList routes;
    private @Nullable RouteRule matched;

    Explaining(Workload self, Compiled compiled, RequestHead request) {
        this.self = self;
        this.compiled = compiled;
        this.request = request;
    }

    @Override
    public void found(RouteList found) {
        routes = found;
    }

    @Override
    public void tried(RouteRule rule, int failed) {
        RouteSource source = rule.source();
        if (failed == RouteRule.NONE) {
            matched = rule;
        }
        tried.add(new Explanation.Tried(
                source == null ? "" : named(source.rules()),
                source == null ? "" : place(source.rules(), source.route(), source.match()),
                source == null ? "" : source.route().getName(),
                failed == RouteRule.NONE
                        ? ""
                        : PredicateWords.failure(rule.predicates().get(failed), request)));
    }

    Explanation explanation(Decision decision) {
        String host = routes == null ? "" : host(routes);
        var choices = new ArrayList<Explanation.Choice>();
        if (matched != null) {
            choose(matched.action(), 100, decision, choices);
        } else if (!(decision instanceof Decision.Refuse)) {
            choices.add(new Explanation.Choice(100, decision));
        }
        return new Explanation(host, tried, leftOut(host), choices, decision);
    }

    /// A redirect depends on the request: it is the decision itself.
    private static void choose(Action action, double percent, Decision decision, List<Explanation.Choice> into) {
        switch (action) {
            case Action.Always(var known) -> into.add(new Explanation.Choice(percent, known));
            case Action.SendElsewhere _ -> into.add(new Explanation.Choice(percent, decision));
            case Action.Split(var shares, var bounds) -> {
                for (int i = 0; i < shares.size(); i++) {
                    int weight = bounds.get(i) - (i == 0 ? 0 : bounds.get(i - 1));
                    choose(shares.get(i), percent * weight / bounds.getLast(), decision, into);
                }
            }
        }
    }

    private static String host(RouteList found) {
        return switch (found.otherwise()) {
            case Decision.Refuse refuse -> refuse.service().host();
            case Decision.Forward forward -> forward.cluster().service().host();
            case Decision.Respond respond -> respond.service().host();
            case Decision.Redirect redirect -> redirect.service().host();
        };
    }

    static String named(HttpRules rules) {
        return rules.getKind() + "/" + rules.getRule() + "@" + rules.getConfigOffset();
    }

    @SuppressWarnings("ReferenceEquality") // equal matches may stand in several places
    private static String place(HttpRules rules, HttpRoute route, @Nullable HttpMatch match) {
        boolean virtualService = RuleCompiler.isVirtualService(rules);
        String place = (virtualService ? "http" : "rules") + "[" + indexOf(rules.getRoutes(), route) + "]";
        return match == null
                ? place
                : place + (virtualService ? ".match[" : ".matches[") + indexOf(route.getMatches(), match) + "]";
    }

    @SuppressWarnings("ReferenceEquality") // as above
    private static <T> int indexOf(List<T> list, T wanted) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    private List<Explanation.LeftOut> leftOut(String host) {
        var leftOut = new ArrayList<Explanation.LeftOut>();
        Set<Object> used = used();
        @Nullable HttpRules owner = null;
        for (Candidate candidate : candidates(host)) {
            HttpRules rules = candidate.rules();
            String why = used.contains(rules) ? "" : whyNot(candidate, owner);
            if (why.isEmpty()) {
                owner = owner == null && RuleCompiler.isVirtualService(rules) ? rules : owner;
                leftOutMatches(candidate, used, leftOut);
            } else {
                leftOut.add(new Explanation.LeftOut(named(rules), "", why));
            }
        }
        return leftOut;
    }

    /// Rules and matches that the found list was made of, by identity.
    private Set<Object> used() {
        Set<Object> used = Collections.newSetFromMap(new IdentityHashMap<>());
        if (routes != null) {
            for (RouteRule rule : routes.rules()) {
                RouteSource source = rule.source();
                if (source != null) {
                    used.add(source.rules());
                    // two steps: what the records have in common is Avro's, which this module doesn't see
                    HttpMatch match = source.match();
                    if (match == null) {
                        used.add(source.route());
                    } else {
                        used.add(match);
                    }
                }
            }
        }
        return used;
    }

    /// @param gateway by which a rule comes to the host, or `mesh`
    private record Candidate(HttpRules rules, String gateway) {}

    /// What was told of the host, before anybody asked who may see it.
    private Set<Candidate> candidates(String host) {
        var candidates = new LinkedHashSet<Candidate>();
        if (!self.gateway()) {
            var service = compiled.routes().get(host);
            if (service != null) {
                service.getHttp().forEach(rules -> candidates.add(new Candidate(rules, RuleCompiler.MESH)));
            }
            return candidates;
        }
        for (var gateway : compiled.gateways().values()) {
            for (var server : gateway.getServers()) {
                if (server.getPort() == request.listenerPort()
                        && self.labels()
                                .entrySet()
                                .containsAll(gateway.getSelector().entrySet())) {
                    server.getHosts().stream()
                            .filter(each -> each.getHost().equals(host))
                            .forEach(each -> each.getHttp()
                                    .forEach(rules -> candidates.add(new Candidate(rules, gateway.getGateway()))));
                }
            }
        }
        return candidates;
    }

    /// @param owner the VirtualService that has the host already
    /// @return empty: it may count, though perhaps none of its matches do
    private String whyNot(Candidate candidate, @Nullable HttpRules owner) {
        HttpRules rules = candidate.rules();
        if (!self.gateway() && !rules.getGateways().contains(RuleCompiler.MESH)) {
            return "is bound to " + String.join(", ", rules.getGateways()) + ", not to the mesh";
        }
        if (!ServiceLookup.exported(rules.getExportTo(), self.namespace())) {
            return "is exported to " + String.join(", ", rules.getExportTo()) + ", not to " + self.namespace();
        }
        if (!self.gateway() && owner != null) {
            return "comes after " + named(owner) + ", which has the host for itself: the mesh merges no"
                    + " VirtualServices";
        }
        if (!rules.getPorts().isEmpty() && !rules.getPorts().contains(port())) {
            return "is for ports " + rules.getPorts() + ", not for " + port();
        }
        return RuleCompiler.isVirtualService(rules) ? "" : "gives way to other routes";
    }

    private void leftOutMatches(Candidate candidate, Set<Object> used, List<Explanation.LeftOut> into) {
        HttpRules rules = candidate.rules();
        var compiler = new RuleCompiler(self, candidate.gateway());
        for (HttpRoute route : rules.getRoutes()) {
            for (HttpMatch match : route.getMatches()) {
                RuleCompiler.Mismatch mismatch = used.contains(match) ? null : compiler.mismatch(match, port());
                if (mismatch != null) {
                    into.add(new Explanation.LeftOut(named(rules), place(rules, route, match), told(mismatch, match)));
                }
            }
        }
    }

    private String told(RuleCompiler.Mismatch mismatch, HttpMatch match) {
        return switch (mismatch) {
            case PORT -> "port " + match.getPort() + ": the request is for " + port();
            case GATEWAY ->
                "gateways " + match.getGateways() + ": the request comes by "
                        + (self.gateway() ? "another gateway" : "the mesh");
            case LABELS -> "sourceLabels " + match.getSourceLabels() + ": the caller has " + self.labels();
            case NAMESPACE ->
                "sourceNamespace " + match.getSourceNamespace() + ": the caller is in " + self.namespace();
        };
    }

    private int port() {
        return request.listenerPort() == 0 ? Authority.of(request.authority()).port() : request.listenerPort();
    }
}
