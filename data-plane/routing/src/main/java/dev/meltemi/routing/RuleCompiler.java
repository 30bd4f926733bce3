package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.NamedMatch;
import dev.meltemi.schemas.compiled.StringMatch;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Specialises rules for one workload: leaves out the matches that can't concern it and makes predicates of the rest.
///
/// @param gateway `mesh`, or `namespace/name` of the Gateway that the rule is bound to
record RuleCompiler(Workload self, String gateway) {
    static final String MESH = "mesh";
    static final String VIRTUAL_SERVICE = "VirtualService";

    /// One VirtualService, as far as its first rule that matches everything.
    List<RouteRule> compile(HttpRules rules, RouteCompiler routes) {
        var compiled = new ArrayList<RouteRule>();
        for (HttpRoute route : rules.getRoutes()) {
            if (route.getMatches().isEmpty()) {
                compiled.add(rule(rules, route, null, routes));
                return compiled;
            }
            for (HttpMatch match : route.getMatches()) {
                if (!concerns(match, routes.port())) {
                    continue;
                }
                RouteRule rule = rule(rules, route, match, routes);
                compiled.add(rule);
                if (rule.isCatchAll()) {
                    return compiled;
                }
            }
        }
        return compiled;
    }

    /// Routes of the Gateway API, merged: the best match of all decides, as far as the first that matches everything.
    List<RouteRule> merge(Collection<HttpRules> all, RouteCompiler routes) {
        var claims = new ArrayList<Claim>();
        for (HttpRules rules : all) {
            for (HttpRoute route : rules.getRoutes()) {
                route.getMatches().forEach(match -> claims.add(new Claim(rules, route, match)));
            }
        }
        Collections.sort(claims);
        var compiled = new ArrayList<RouteRule>();
        for (Claim claim : claims) {
            RouteRule rule = rule(claim.rules(), claim.route(), claim.match(), routes);
            compiled.add(rule);
            if (rule.isCatchAll()) {
                break;
            }
        }
        return compiled;
    }

    private static RouteRule rule(HttpRules rules, HttpRoute route, @Nullable HttpMatch match, RouteCompiler routes) {
        return new RouteRule(
                match == null ? List.of() : predicates(match),
                routes.action(rules, route, match),
                new RouteSource(rules, route, match));
    }

    static boolean isVirtualService(HttpRules rules) {
        return rules.getKind().equals(VIRTUAL_SERVICE);
    }

    /// Why a match can't concern a caller or what it calls.
    enum Mismatch {
        PORT,
        GATEWAY,
        LABELS,
        NAMESPACE
    }

    private boolean concerns(HttpMatch match, int port) {
        return mismatch(match, port) == null;
    }

    /// Istio evaluates the caller's side when it generates configuration, and for HTTP ignores it where the match lists
    /// gateways (`sourceMatchHTTP`).
    @Nullable
    Mismatch mismatch(HttpMatch match, int port) {
        if (match.getPort() != 0 && match.getPort() != port) {
            return Mismatch.PORT;
        }
        if (!match.getGateways().isEmpty()) {
            return match.getGateways().contains(gateway) ? null : Mismatch.GATEWAY;
        }
        if (!self.labels().entrySet().containsAll(match.getSourceLabels().entrySet())) {
            return Mismatch.LABELS;
        }
        String namespace = match.getSourceNamespace();
        return namespace == null || namespace.isEmpty() || namespace.equals(self.namespace())
                ? null
                : Mismatch.NAMESPACE;
    }

    /// The cheap ones first: all must hold, so their order doesn't matter to the outcome.
    private static List<Predicate> predicates(HttpMatch match) {
        var predicates = new ArrayList<Predicate>();
        add(predicates, match.getUri(), match.getIgnoreUriCase(), Predicate.Path::new);
        add(predicates, match.getMethod(), false, Predicate.Method::new);
        add(predicates, match.getScheme(), false, Predicate.Scheme::new);
        add(predicates, match.getAuthority(), false, Predicate.Authority::new);
        for (NamedMatch header : match.getHeaders()) {
            predicates.add(new Predicate.Header(header.getName(), headerTest(header.getMatch())));
        }
        for (NamedMatch header : match.getWithoutHeaders()) {
            predicates.add(new Predicate.WithoutHeader(header.getName(), headerTest(header.getMatch())));
        }
        for (NamedMatch parameter : match.getQueryParams()) {
            predicates.add(
                    new Predicate.QueryParameter(parameter.getName(), StringTest.of(parameter.getMatch(), false)));
        }
        return predicates;
    }

    private static void add(
            List<Predicate> predicates,
            @Nullable StringMatch match,
            boolean ignoreCase,
            Function<StringTest, Predicate> predicate) {
        if (match != null) {
            predicates.add(predicate.apply(StringTest.of(match, ignoreCase)));
        }
    }

    /// Istio reads `regex: "*"`, which RE2 refuses, as a test of presence.
    private static StringTest headerTest(StringMatch match) {
        return match.getValue().equals("*") && match.getKind() == StringMatchKind.REGEX
                ? new StringTest.Anything()
                : StringTest.of(match, false);
    }
}
