package dev.meltemi.rules;

import dev.meltemi.resources.HeaderOperations;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.RouteBackend;
import dev.meltemi.resources.RouteFilter;
import dev.meltemi.schemas.compiled.DirectResponse;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.Mirror;
import dev.meltemi.schemas.compiled.Redirect;
import dev.meltemi.schemas.compiled.RetryPolicy;
import dev.meltemi.schemas.compiled.Rewrite;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one rule of an HTTPRoute or GRPCRoute does with a request, in compiled form.
record ApiActions(ApiBackends backends) {
    private static final int NOTHING_TO_DO = 500;

    /// Istio's default, for a rule that says what is retried and not how often.
    private static final int DEFAULT_ATTEMPTS = 2;

    /// Failures of the connection, which the API wants retried whatever codes are named.
    private static final List<String> CONNECTION_ERRORS =
            List.of("connect-failure", "refused-stream", "reset", "unavailable", "cancelled");

    private static final String STATUS_CODES = "retriable-status-codes";

    HttpRoute compiled(KubernetesRoute.Rule rule) {
        var out = HttpRoute.newBuilder().setName(rule.name()).setMatches(ApiMatches.compiled(rule.matches()));
        var redirect = redirect(rule.filters());
        List<WeightedDestination> destinations = destinations(rule.backends());
        if (isUnsupported(rule.filters()) || (redirect.isEmpty() && destinations.isEmpty())) {
            return out.setDirectResponse(
                            DirectResponse.newBuilder().setStatus(NOTHING_TO_DO).build())
                    .build();
        }
        HeaderEdits headers = headers(rule.filters());
        headers.operations().ifPresent(out::setHeaders);
        cors(rule.filters()).ifPresent(out::setCors);
        redirect.ifPresentOrElse(out::setRedirect, () -> out.setDestinations(destinations));
        rewrite(rule.filters(), headers).ifPresent(out::setRewrite);
        out.setMirrors(mirrors(rule.filters()));
        rule.timeout()
                .filter(timeout -> timeout.isPositive())
                .ifPresent(timeout -> out.setTimeoutUs(Micros.of(timeout)));
        retries(rule).ifPresent(out::setRetries);
        return out.build();
    }

    private List<WeightedDestination> destinations(List<RouteBackend> all) {
        return all.stream()
                .filter(backend -> backend.weight() > 0)
                .map(this::destination)
                .toList();
    }

    private WeightedDestination destination(RouteBackend backend) {
        var out = backends.compiled(backend);
        if (isUnsupported(backend.filters()) || cors(backend.filters()).isPresent()) {
            out.setRefused(true);
        }
        HeaderEdits headers = headers(backend.filters());
        headers.operations().ifPresent(out::setHeaders);
        redirect(backend.filters()).ifPresent(out::setRedirect);
        rewrite(backend.filters(), headers).ifPresent(out::setRewrite);
        return out.setMirrors(mirrors(backend.filters())).build();
    }

    private static boolean isUnsupported(List<RouteFilter> filters) {
        return filters.stream().anyMatch(RouteFilter.Unsupported.class::isInstance);
    }

    private static HeaderEdits headers(List<RouteFilter> filters) {
        var request = new Edits();
        var response = new Edits();
        for (RouteFilter filter : filters) {
            switch (filter) {
                case RouteFilter.RequestHeaders(var set, var add, var remove) -> request.plus(set, add, remove);
                case RouteFilter.ResponseHeaders(var set, var add, var remove) -> response.plus(set, add, remove);
                case RouteFilter.Redirect _,
                        RouteFilter.Rewrite _,
                        RouteFilter.Mirror _,
                        RouteFilter.Cors _,
                        RouteFilter.Unsupported _ -> {}
            }
        }
        return HeaderEdits.of(new HeaderOperations(request.edits(), response.edits()));
    }

    private record Edits(Map<String, String> set, Map<String, String> add, List<String> remove) {
        Edits() {
            this(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
        }

        void plus(Map<String, String> set, Map<String, String> add, List<String> remove) {
            set.forEach((name, value) -> this.set.put(name, literal(value)));
            add.forEach((name, value) -> this.add.put(name, literal(value)));
            this.remove.addAll(remove);
        }

        /// This API has no variables in values, but compiled operations do.
        private static String literal(String value) {
            return value.replace("%", "%%");
        }

        HeaderOperations.Edits edits() {
            return new HeaderOperations.Edits(set, add, remove);
        }
    }

    private static Optional<dev.meltemi.schemas.compiled.CorsPolicy> cors(List<RouteFilter> filters) {
        return filters.stream()
                .filter(RouteFilter.Cors.class::isInstance)
                .map(RouteFilter.Cors.class::cast)
                .map(filter -> CorsRules.compiled(filter.policy()))
                .findFirst();
    }

    private static Optional<Redirect> redirect(List<RouteFilter> filters) {
        return filters.stream()
                .filter(RouteFilter.Redirect.class::isInstance)
                .map(RouteFilter.Redirect.class::cast)
                .map(ApiActions::compiled)
                .findFirst();
    }

    /// Without a port it is the one that belongs to a given scheme, else the listener's.
    private static Redirect compiled(RouteFilter.Redirect redirect) {
        var out = Redirect.newBuilder().setCode(redirect.status());
        redirect.scheme().ifPresent(out::setScheme);
        redirect.hostname().ifPresent(out::setAuthority);
        redirect.path().ifPresent(path -> {
            switch (path) {
                case RouteFilter.Path.ReplaceFull(var full) -> out.setUri(full);
                case RouteFilter.Path.ReplacePrefix(var prefix) -> out.setPrefixRewrite(prefix);
            }
        });
        if (redirect.port().isPresent()) {
            out.setPort(redirect.port().getAsInt());
        } else if (redirect.scheme().isPresent()) {
            out.setPort(redirect.scheme().get().equals("https") ? 443 : 80);
        } else {
            out.setPortFromRequest(true);
        }
        return out.build();
    }

    /// A `Host` among the headers is the authority, too, where no rewrite names another.
    private static Optional<Rewrite> rewrite(List<RouteFilter> filters, HeaderEdits headers) {
        var rewrite = filters.stream()
                .filter(RouteFilter.Rewrite.class::isInstance)
                .map(RouteFilter.Rewrite.class::cast)
                .findFirst();
        var authority = rewrite.flatMap(RouteFilter.Rewrite::hostname).or(headers::authority);
        var path = rewrite.flatMap(RouteFilter.Rewrite::path);
        if (authority.isEmpty() && path.isEmpty()) {
            return Optional.empty();
        }
        var out = Rewrite.newBuilder();
        authority.ifPresent(out::setAuthority);
        path.ifPresent(replaced -> {
            switch (replaced) {
                case RouteFilter.Path.ReplaceFull(var full) -> out.setFullPath(full.isEmpty() ? "/" : full);
                case RouteFilter.Path.ReplacePrefix(var prefix) -> out.setUri(prefix);
            }
        });
        return Optional.of(out.build());
    }

    /// A mirror that isn't there, or mustn't be used, gets nothing.
    private List<Mirror> mirrors(List<RouteFilter> filters) {
        var mirrors = new ArrayList<Mirror>();
        for (RouteFilter filter : filters) {
            if (filter instanceof RouteFilter.Mirror(var to, var percent) && percent > 0) {
                backends.destination(to)
                        .ifPresent(destination -> mirrors.add(Mirror.newBuilder()
                                .setDestination(destination)
                                .setPercent(percent)
                                .build()));
            }
        }
        return mirrors;
    }

    /// A time for one try alone leaves the mesh's own retries as they are.
    private static Optional<RetryPolicy> retries(KubernetesRoute.Rule rule) {
        if (rule.retry().isEmpty() && rule.backendTimeout().isEmpty()) {
            return Optional.empty();
        }
        var out = RetryPolicy.newBuilder().setAttempts(DEFAULT_ATTEMPTS);
        rule.backendTimeout()
                .filter(timeout -> timeout.isPositive())
                .ifPresent(timeout -> out.setPerTryTimeoutUs(Micros.of(timeout)));
        rule.retry().ifPresent(retry -> {
            var conditions = new ArrayList<>(CONNECTION_ERRORS);
            if (!retry.codes().isEmpty()) {
                conditions.add(STATUS_CODES);
            }
            out.setAttempts(retry.attempts().orElse(DEFAULT_ATTEMPTS))
                    .setRetryOn(conditions)
                    .setStatusCodes(retry.codes());
            retry.backoff().ifPresent(backoff -> out.setBackoffUs(Micros.of(backoff)));
        });
        return Optional.of(out.build());
    }
}
