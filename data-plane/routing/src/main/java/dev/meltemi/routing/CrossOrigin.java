package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.CorsPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Who may call from a page of another site, and what a browser is told about it (Fetch standard, section 3.2; what is
/// sent when follows Envoy's CORS filter).
///
/// @param anyOrigin one of the origins is `*`
/// @param methods ready to send, empty: not said; `*`: whatever the preflight asks for
/// @param headers as `methods`
/// @param exposed ready to send, empty: not said
/// @param maxAge in seconds, empty: not said
/// @param forwardsUnmatched a preflight from an origin that isn't allowed goes on to the destination
public record CrossOrigin(
        List<StringTest> origins,
        boolean anyOrigin,
        String methods,
        String headers,
        String exposed,
        String maxAge,
        boolean credentials,
        boolean forwardsUnmatched) {
    private static final String ANY = "*";

    public CrossOrigin {
        origins = List.copyOf(origins);
    }

    /// What the policy makes of a request.
    ///
    /// @param preflight the proxy answers it by itself with 200 and `headers`; else they are set on the answer
    public record Verdict(boolean preflight, HeaderEdits headers) {
        static final Verdict NOT_CONCERNED = new Verdict(false, HeaderEdits.NONE);
    }

    static @Nullable CrossOrigin of(@Nullable CorsPolicy policy) {
        if (policy == null) {
            return null;
        }
        List<StringTest> origins = policy.getAllowOrigins().stream()
                .map(origin -> StringTest.of(origin, false))
                .toList();
        Long age = policy.getMaxAgeUs();
        return new CrossOrigin(
                origins,
                origins.stream().anyMatch(origin -> origin.holds(ANY)),
                String.join(",", policy.getAllowMethods()),
                String.join(",", policy.getAllowHeaders()),
                String.join(",", policy.getExposeHeaders()),
                age == null ? "" : Long.toString(TimeUnit.MICROSECONDS.toSeconds(age)),
                policy.getAllowCredentials(),
                policy.getForwardUnmatchedPreflights());
    }

    /// A request without origin isn't from a page. `OPTIONS` that doesn't name the method to come is no preflight.
    public Verdict of(RequestHead request) {
        String origin = request.header("origin");
        if (origin == null || origin.isEmpty()) {
            return Verdict.NOT_CONCERNED;
        }
        boolean allowed = allows(origin);
        String wanted = request.method().equals("OPTIONS") ? request.header("access-control-request-method") : null;
        if (wanted == null || wanted.isEmpty()) {
            return allowed ? new Verdict(false, onAnswer(origin)) : Verdict.NOT_CONCERNED;
        }
        if (!allowed && forwardsUnmatched) {
            return Verdict.NOT_CONCERNED;
        }
        return new Verdict(true, onPreflight(request, allowed ? origin : "", wanted));
    }

    private boolean allows(String origin) {
        if (anyOrigin) {
            return true;
        }
        for (StringTest test : origins) {
            if (test.holds(origin)) {
                return true;
            }
        }
        return false;
    }

    private HeaderEdits onAnswer(String origin) {
        var told = allowed(origin);
        tell("access-control-expose-headers", exposed, told);
        return new HeaderEdits(told, List.of(), List.of());
    }

    /// An origin that isn't allowed learns the rest all the same, as from Envoy: without its name the browser refuses.
    private HeaderEdits onPreflight(RequestHead request, String origin, String wanted) {
        var told = allowed(origin);
        // Envoy's answer to a preflight passes the same filter as any other answer
        tell("access-control-expose-headers", origin.isEmpty() ? "" : exposed, told);
        tell("access-control-allow-methods", methods.equals(ANY) ? wanted : methods, told);
        String asked = headers.equals(ANY) ? request.header("access-control-request-headers") : headers;
        tell("access-control-allow-headers", asked == null ? "" : asked, told);
        tell("access-control-max-age", maxAge, told);
        return new HeaderEdits(told, List.of(), List.of());
    }

    private List<HeaderEdits.Edit> allowed(String origin) {
        var told = new ArrayList<HeaderEdits.Edit>();
        tell("access-control-allow-origin", origin, told);
        tell("access-control-allow-credentials", credentials ? "true" : "", told);
        return told;
    }

    private static void tell(String name, String value, List<HeaderEdits.Edit> told) {
        if (!value.isEmpty()) {
            told.add(new HeaderEdits.Edit(name, value));
        }
    }
}
