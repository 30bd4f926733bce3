package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.DirectResponse;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.Redirect;
import dev.meltemi.schemas.compiled.Rewrite;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Turns the action of one rule into decisions that are known beforehand.
///
/// @param service that the caller addresses
/// @param port that the caller addresses
record RouteCompiler(Destinations destinations, Edge.Service service, int port) {
    /// @param matchName empty: the match has none
    Action action(HttpRoute rule, String virtualService, String matchName, MatchedPath matched) {
        Route route = route(rule, virtualService, matchName, matched);
        Redirect redirect = rule.getRedirect();
        if (redirect != null) {
            HeaderEdits edits = HeaderEdits.response(rule.getHeaders());
            return new Action.SendElsewhere(RedirectTarget.of(redirect, route, service, matched, port, edits));
        }
        DirectResponse response = rule.getDirectResponse();
        if (response != null) {
            byte[] body = new byte[response.getBody().remaining()];
            response.getBody().duplicate().get(body);
            HeaderEdits edits = HeaderEdits.response(rule.getHeaders());
            return new Action.Always(new Decision.Respond(route, service, response.getStatus(), body, edits));
        }
        return forward(rule, route);
    }

    private Action forward(HttpRoute rule, Route route) {
        List<WeightedDestination> destinations = rule.getDestinations();
        if (destinations.size() == 1) {
            // Istio adds a single destination's headers to the rule's own.
            WeightedDestination only = destinations.getFirst();
            return new Action.Always(decision(
                    only,
                    route,
                    HeaderEdits.request(rule.getHeaders()).then(HeaderEdits.request(only.getHeaders())),
                    HeaderEdits.response(rule.getHeaders()).then(HeaderEdits.response(only.getHeaders()))));
        }
        var decisions = new ArrayList<Decision>();
        var bounds = new ArrayList<Integer>();
        int sum = 0;
        for (WeightedDestination destination : destinations) {
            if (destination.getWeight() > 0) {
                sum = Math.addExact(sum, destination.getWeight());
                bounds.add(sum);
                decisions.add(ofSeveral(destination, rule, route));
            }
        }
        return sum == 0
                ? new Action.Always(new Decision.Refuse(new ProxyFailure.NoRoute(), route, service))
                : new Action.Split(decisions, bounds);
    }

    /// Envoy applies a weighted destination's own operations before the rule's.
    private Decision ofSeveral(WeightedDestination destination, HttpRoute rule, Route route) {
        return decision(
                destination,
                route,
                HeaderEdits.request(destination.getHeaders()).then(HeaderEdits.request(rule.getHeaders())),
                HeaderEdits.response(destination.getHeaders()).then(HeaderEdits.response(rule.getHeaders())));
    }

    /// The rule's authority wins over the destination's.
    private Decision decision(WeightedDestination to, Route ofRule, HeaderEdits request, HeaderEdits response) {
        String authority = to.getAuthority();
        Route route = authority == null || ofRule.authorityRewrite() != null ? ofRule : ofRule.withAuthority(authority);
        return switch (destinations.find(to.getDestination(), port)) {
            case Destinations.Found.Existing(var cluster) -> new Decision.Forward(route, cluster, request, response);
            case Destinations.Found.Missing(var name, var missing) ->
                new Decision.Refuse(new ProxyFailure.NoCluster(name), route, missing);
        };
    }

    private Route route(HttpRoute rule, String virtualService, String matchName, MatchedPath matched) {
        Rewrite rewrite = rule.getRewrite();
        return new Route(
                name(rule.getName(), matchName),
                "VirtualService/" + virtualService,
                nanos(rule.getTimeoutUs()),
                RouteSettings.retries(rule.getRetries()),
                pathRewrite(rewrite, matched),
                rewrite == null ? null : rewrite.getAuthority(),
                RouteSettings.fault(rule.getFault()),
                mirrors(rule));
    }

    private static String name(String rule, String match) {
        if (rule.isEmpty()) {
            return match.isEmpty() ? "default" : match;
        }
        return match.isEmpty() ? rule : rule + "." + match;
    }

    /// A mirror without a cluster copies nothing, as in Envoy.
    private List<Route.MirrorTarget> mirrors(HttpRoute rule) {
        var mirrors = new ArrayList<Route.MirrorTarget>();
        rule.getMirrors().forEach(mirror -> {
            if (destinations.find(mirror.getDestination(), port) instanceof Destinations.Found.Existing(var cluster)
                    && mirror.getPercent() > 0) {
                mirrors.add(new Route.MirrorTarget(cluster, mirror.getPercent()));
            }
        });
        return mirrors;
    }

    private static Route.@Nullable PathRewrite pathRewrite(@Nullable Rewrite rewrite, MatchedPath matched) {
        if (rewrite == null) {
            return null;
        }
        if (rewrite.getRegex() != null && rewrite.getRegexSubstitution() != null) {
            return MatchedPath.rewrite(rewrite.getRegex(), rewrite.getRegexSubstitution());
        }
        return rewrite.getUri() == null ? null : matched.rewrite(rewrite.getUri());
    }

    static long nanos(@Nullable Long micros) {
        return micros == null ? 0 : TimeUnit.MICROSECONDS.toNanos(micros);
    }
}
