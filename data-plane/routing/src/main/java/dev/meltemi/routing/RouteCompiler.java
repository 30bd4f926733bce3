package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.DirectResponse;
import dev.meltemi.schemas.compiled.HeaderOperations;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.Redirect;
import dev.meltemi.schemas.compiled.Rewrite;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Turns the action of one rule into decisions that are known beforehand.
///
/// @param service that the caller addresses
/// @param port that the caller addresses
record RouteCompiler(Destinations destinations, Edge.Service service, int port) {
    /// @param match null: the rule matches every request
    Action action(HttpRules rules, HttpRoute rule, @Nullable HttpMatch match) {
        var matched = new Matched(rules, rule, match);
        Redirect redirect = rule.getRedirect();
        if (redirect != null) {
            return new Action.SendElsewhere(RedirectTarget.of(
                    redirect,
                    route(matched, null),
                    service,
                    matched.path(),
                    port,
                    HeaderEdits.response(rule.getHeaders())));
        }
        DirectResponse response = rule.getDirectResponse();
        if (response != null) {
            byte[] body = new byte[response.getBody().remaining()];
            response.getBody().duplicate().get(body);
            HeaderEdits edits = HeaderEdits.response(rule.getHeaders());
            return new Action.Always(
                    new Decision.Respond(route(matched, null), service, response.getStatus(), body, edits));
        }
        return forward(matched);
    }

    /// One match of a rule.
    private record Matched(
            HttpRules rules, HttpRoute rule, @Nullable HttpMatch match) {
        MatchedPath path() {
            return match == null || match.getUri() == null ? MatchedPath.ANY : MatchedPath.of(match.getUri());
        }

        String name() {
            return RouteCompiler.name(rule.getName(), match == null ? "" : match.getName());
        }

        /// Routes of the Gateway API do what the rule says and then what the backend says. Istio adds a single
        /// destination's headers to the rule's own; of several, Envoy does what the destination says first.
        HeaderEdits merged(Function<@Nullable HeaderOperations, HeaderEdits> side, WeightedDestination to) {
            HeaderEdits ofRule = side.apply(rule.getHeaders());
            HeaderEdits ofBackend = side.apply(to.getHeaders());
            if (!rules.getKind().equals(RuleCompiler.VIRTUAL_SERVICE)) {
                return ofRule.then(ofBackend);
            }
            return rule.getDestinations().size() == 1 ? ofRule.beside(ofBackend) : ofBackend.then(ofRule);
        }
    }

    private Action forward(Matched matched) {
        List<WeightedDestination> destinations = matched.rule().getDestinations();
        if (destinations.size() == 1) {
            return share(destinations.getFirst(), matched);
        }
        var shares = new ArrayList<Action>();
        var bounds = new ArrayList<Integer>();
        int sum = 0;
        for (WeightedDestination destination : destinations) {
            if (destination.getWeight() > 0) {
                sum = Math.addExact(sum, destination.getWeight());
                bounds.add(sum);
                shares.add(share(destination, matched));
            }
        }
        return sum == 0
                ? new Action.Always(new Decision.Refuse(new ProxyFailure.NoRoute(), route(matched, null), service))
                : new Action.Split(shares, bounds);
    }

    private Action share(WeightedDestination to, Matched matched) {
        Route route = route(matched, to);
        Destinations.Found found = destinations.find(to.getDestination(), port);
        Redirect redirect = to.getRedirect();
        HeaderEdits response = matched.merged(HeaderEdits::response, to);
        return switch (found) {
            case Destinations.Found.Existing(var cluster)
            when !to.getRefused() ->
                redirect == null
                        ? new Action.Always(new Decision.Forward(
                                route, cluster, matched.merged(HeaderEdits::request, to), response))
                        : new Action.SendElsewhere(
                                RedirectTarget.of(redirect, route, service, matched.path(), port, response));
            case Destinations.Found.Existing(var cluster) ->
                refused(route, cluster.name(), to.getMissingStatus(), cluster.service());
            case Destinations.Found.Missing(var name, var missing) ->
                refused(route, name, to.getMissingStatus(), missing);
        };
    }

    private static Action refused(Route route, String cluster, int status, Edge.Service service) {
        return new Action.Always(new Decision.Refuse(new ProxyFailure.NoCluster(cluster, status), route, service));
    }

    /// @param to null: no destination has a say
    private Route route(Matched matched, @Nullable WeightedDestination to) {
        HttpRoute rule = matched.rule();
        Rewrite ofBackend = to == null ? null : to.getRewrite();
        Route.PathRewrite path = pathRewrite(ofBackend, matched.path());
        return new Route(
                matched.name(),
                matched.rules().getKind() + "/" + matched.rules().getRule(),
                nanos(rule.getTimeoutUs()),
                rule.getRetries() == null ? destinations.defaultRetries() : RouteSettings.retries(rule.getRetries()),
                path == null ? pathRewrite(rule.getRewrite(), matched.path()) : path,
                authority(rule.getRewrite(), to),
                RouteSettings.fault(rule.getFault()),
                CrossOrigin.of(rule.getCors()),
                mirrors(rule, to));
    }

    /// A backend's own rewrite (Gateway API) wins over the rule's, which wins over a host among a destination's
    /// headers.
    private static @Nullable String authority(@Nullable Rewrite ofRule, @Nullable WeightedDestination to) {
        Rewrite ofBackend = to == null ? null : to.getRewrite();
        if (ofBackend != null && ofBackend.getAuthority() != null) {
            return ofBackend.getAuthority();
        }
        return ofRule != null && ofRule.getAuthority() != null
                ? ofRule.getAuthority()
                : to == null ? null : to.getAuthority();
    }

    private static String name(String rule, String match) {
        if (rule.isEmpty()) {
            return match.isEmpty() ? "default" : match;
        }
        return match.isEmpty() ? rule : rule + "." + match;
    }

    /// A mirror without a cluster copies nothing, as in Envoy.
    private List<Route.MirrorTarget> mirrors(HttpRoute rule, @Nullable WeightedDestination to) {
        var mirrors = new ArrayList<Route.MirrorTarget>();
        var all = new ArrayList<>(rule.getMirrors());
        all.addAll(to == null ? List.of() : to.getMirrors());
        all.forEach(mirror -> {
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
        if (rewrite.getFullPath() != null) {
            return MatchedPath.WHOLE_PATH.rewrite(rewrite.getFullPath());
        }
        return rewrite.getUri() == null ? null : matched.rewrite(rewrite.getUri());
    }

    static long nanos(@Nullable Long micros) {
        return micros == null ? 0 : TimeUnit.MICROSECONDS.toNanos(micros);
    }
}
