package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.NamedMatch;
import dev.meltemi.schemas.compiled.StringMatch;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Conditions of a VirtualService in compiled form.
final class RequestMatches {
    private RequestMatches() {}

    static HttpMatch compiled(dev.meltemi.resources.HttpMatch match, String namespace) {
        var out = HttpMatch.newBuilder()
                .setName(match.name())
                .setIgnoreUriCase(match.ignoreUriCase())
                .setHeaders(named(match.headers(), RequestMatches::headerName))
                .setWithoutHeaders(named(match.withoutHeaders(), RequestMatches::headerName))
                .setQueryParams(named(match.queryParams(), UnaryOperator.identity()))
                .setPort(match.port().orElse(0))
                .setStatPrefix(match.statPrefix())
                .setGateways(GatewayName.resolved(match.gateways(), namespace));
        match.uri().ifPresent(uri -> out.setUri(compiled(uri)));
        match.scheme().ifPresent(scheme -> out.setScheme(compiled(scheme)));
        match.method().ifPresent(method -> out.setMethod(compiled(method)));
        match.authority().ifPresent(authority -> out.setAuthority(compiled(authority)));
        if (match.gateways().isEmpty()) {
            // a match that lists gateways ignores its source conditions, as in Istio (`sourceMatchHTTP`)
            out.setSourceLabels(new TreeMap<>(match.sourceLabels()));
            match.sourceNamespace().ifPresent(out::setSourceNamespace);
        }
        return out.build();
    }

    static List<NamedMatch> named(
            Map<String, dev.meltemi.resources.StringMatch> matches, UnaryOperator<String> naming) {
        var sorted = new TreeMap<String, StringMatch>();
        matches.forEach((name, match) -> sorted.put(naming.apply(name), compiled(match)));
        return sorted.entrySet().stream()
                .map(entry -> new NamedMatch(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static String headerName(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    static StringMatch compiled(dev.meltemi.resources.StringMatch match) {
        return switch (match) {
            case dev.meltemi.resources.StringMatch.Exact(var value) -> new StringMatch(StringMatchKind.EXACT, value);
            case dev.meltemi.resources.StringMatch.Prefix(var value) -> new StringMatch(StringMatchKind.PREFIX, value);
            case dev.meltemi.resources.StringMatch.Regex(var value) -> new StringMatch(StringMatchKind.REGEX, value);
            case dev.meltemi.resources.StringMatch.Present() -> new StringMatch(StringMatchKind.PRESENT, "");
        };
    }
}
