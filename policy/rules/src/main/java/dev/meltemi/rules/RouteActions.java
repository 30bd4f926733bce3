package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.DirectResponse;
import dev.meltemi.schemas.compiled.Fault;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.Mirror;
import dev.meltemi.schemas.compiled.Redirect;
import dev.meltemi.schemas.compiled.RetryPolicy;
import dev.meltemi.schemas.compiled.Rewrite;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What one entry of a VirtualService does with a request, in compiled form.
final class RouteActions {
    private static final double EVERY_REQUEST = 100;

    private static final String STATUS_CODES = "retriable-status-codes";

    private RouteActions() {}

    static HttpRoute compiled(dev.meltemi.resources.HttpRoute route, String namespace) {
        var headers = HeaderEdits.of(route.headers());
        var out = HttpRoute.newBuilder()
                .setName(route.name())
                .setMatches(route.matches().stream()
                        .map(match -> RequestMatches.compiled(match, namespace))
                        .toList())
                .setDestinations(destinations(route.destinations(), namespace))
                .setMirrors(mirrors(route, namespace));
        headers.operations().ifPresent(out::setHeaders);
        rewrite(route, headers).ifPresent(out::setRewrite);
        route.redirect().ifPresent(redirect -> out.setRedirect(compiled(redirect)));
        route.directResponse()
                .ifPresent(answer -> out.setDirectResponse(DirectResponse.newBuilder()
                        .setStatus(answer.status())
                        .setBody(ByteBuffer.wrap(answer.body()))
                        .build()));
        route.timeout()
                .filter(timeout -> timeout.isPositive())
                .ifPresent(timeout -> out.setTimeoutUs(Micros.of(timeout)));
        route.retries().ifPresent(retries -> out.setRetries(compiled(retries)));
        route.fault().ifPresent(fault -> out.setFault(compiled(fault)));
        route.cors().ifPresent(cors -> out.setCors(CorsRules.compiled(cors)));
        return out.build();
    }

    /// Of several, those with weight 0 take no part.
    private static List<WeightedDestination> destinations(
            List<dev.meltemi.resources.HttpRoute.WeightedDestination> destinations, String namespace) {
        return destinations.stream()
                .filter(destination -> destinations.size() == 1 || destination.weight() > 0)
                .map(destination -> {
                    var headers = HeaderEdits.of(destination.headers());
                    var out = WeightedDestination.newBuilder()
                            .setDestination(compiled(destination.destination(), namespace))
                            .setWeight(destination.weight());
                    headers.operations().ifPresent(out::setHeaders);
                    headers.authority().ifPresent(out::setAuthority);
                    return out.build();
                })
                .toList();
    }

    static Destination compiled(dev.meltemi.resources.Destination destination, String namespace) {
        return Destination.newBuilder()
                .setHost(HostName.qualified(destination.host(), namespace))
                .setSubset(destination.subset().orElse(""))
                .setPort(destination.port().orElse(0))
                .build();
    }

    /// `rewrite.authority` wins over a `host` among the route's headers.
    private static Optional<Rewrite> rewrite(dev.meltemi.resources.HttpRoute route, HeaderEdits headers) {
        var authority = route.rewrite()
                .flatMap(dev.meltemi.resources.HttpRoute.Rewrite::authority)
                .or(headers::authority);
        if (route.rewrite().isEmpty() && authority.isEmpty()) {
            return Optional.empty();
        }
        var out = Rewrite.newBuilder();
        authority.ifPresent(out::setAuthority);
        route.rewrite().ifPresent(rewrite -> {
            rewrite.uri().ifPresent(out::setUri);
            rewrite.regex().ifPresent(out::setRegex);
            rewrite.substitution().ifPresent(out::setRegexSubstitution);
        });
        return Optional.of(out.build());
    }

    private static Redirect compiled(dev.meltemi.resources.Redirect redirect) {
        var out = Redirect.newBuilder()
                .setCode(redirect.code())
                .setPort(redirect.port().orElse(0))
                .setPortFromRequest(redirect.portFromRequest());
        redirect.uri().ifPresent(out::setUri);
        redirect.prefixRewrite().ifPresent(out::setPrefixRewrite);
        redirect.authority().ifPresent(out::setAuthority);
        redirect.scheme().ifPresent(out::setScheme);
        return out.build();
    }

    static RetryPolicy compiled(dev.meltemi.resources.HttpRoute.RetryPolicy retries) {
        var conditions = new LinkedHashSet<>(retries.retryOn());
        if (!retries.statusCodes().isEmpty()) {
            conditions.add(STATUS_CODES);
        }
        var out = RetryPolicy.newBuilder()
                .setAttempts(retries.attempts())
                .setRetryOn(List.copyOf(conditions))
                .setStatusCodes(retries.statusCodes());
        retries.perTryTimeout().ifPresent(timeout -> out.setPerTryTimeoutUs(Micros.of(timeout)));
        retries.backoff().ifPresent(backoff -> out.setBackoffUs(Micros.of(backoff)));
        retries.remoteLocalities().ifPresent(out::setRemoteLocalities);
        retries.ignorePreviousHosts().ifPresent(out::setIgnorePreviousHosts);
        return out.build();
    }

    private static Fault compiled(dev.meltemi.resources.Fault fault) {
        var out = Fault.newBuilder();
        fault.delay().ifPresent(delay -> out.setDelayPercent(delay.percent()).setDelayUs(Micros.of(delay.fixed())));
        fault.abort().ifPresent(abort -> {
            out.setAbortPercent(abort.percent())
                    .setAbortHttpStatus(abort.httpStatus().orElse(0));
            abort.grpcStatus().ifPresent(out::setAbortGrpcStatus);
        });
        return out.build();
    }

    /// A mirror of 0 percent is off.
    private static List<Mirror> mirrors(dev.meltemi.resources.HttpRoute route, String namespace) {
        var alone = route.mirror()
                .map(to -> new dev.meltemi.resources.HttpRoute.Mirror(
                        to, route.mirrorPercent().orElse(EVERY_REQUEST)));
        return Stream.concat(alone.stream(), route.mirrors().stream())
                .filter(mirror -> mirror.percent() > 0)
                .map(mirror -> Mirror.newBuilder()
                        .setDestination(compiled(mirror.destination(), namespace))
                        .setPercent(mirror.percent())
                        .build())
                .toList();
    }
}
