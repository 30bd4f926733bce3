package dev.meltemi.conformance;

import dev.meltemi.routing.CrossOrigin;
import dev.meltemi.routing.Decision;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.FaultPlan;
import dev.meltemi.routing.HeaderEdits;
import dev.meltemi.routing.Retries;
import dev.meltemi.routing.Route;
import dev.meltemi.routing.RouteTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a table makes of a case, in the words of the cases. Asks often enough to see shares.
final class RoutingAnswer {
    private static final int DRAWS = 4_000;

    private final RoutingCase asked;
    private final Map<String, Integer> drawn = new TreeMap<>();
    private final Map<String, Decision.Forward> bySubset = new TreeMap<>();
    /// Shares by `namespace/name`: of services, and of the workloads that answer for them.
    private final Map<String, Double> services = new TreeMap<>();

    private final Map<String, Double> workloads = new TreeMap<>();
    private final Decision first;

    RoutingAnswer(RouteTable table, RoutingCase asked, RandomGenerator random) {
        this.asked = asked;
        this.first = table.decide(asked.head(), random);
        Decision decision = first;
        for (int i = 0; i < DRAWS && Destination.is(decision); i++) {
            drawn.merge(Destination.name(decision), 1, Integer::sum);
            if (decision instanceof Decision.Forward forward) {
                bySubset.putIfAbsent(Destination.subset(forward.cluster().name()), forward);
                services.merge(Destination.service(forward.cluster().name()), 1.0 / DRAWS, Double::sum);
                Endpoint endpoint = forward.cluster().pick(random, List.of());
                String workload = endpoint == null
                        ? "none"
                        : endpoint.labels().namespace() + "/"
                                + endpoint.labels().workload();
                workloads.merge(workload, 1.0 / DRAWS, Double::sum);
            }
            decision = table.decide(asked.head(), random);
        }
        rounded(services);
        rounded(workloads);
    }

    private static void rounded(Map<String, Double> shares) {
        shares.replaceAll((_, share) -> Math.round(share * 1e6) / 1e6);
    }

    /// As {@link Observation#of}.
    @Nullable
    Object actual(String key, @Nullable Object expected) {
        return switch (key) {
            case "destinations" ->
                drawn.entrySet().stream()
                        .map(each -> Destination.of(each.getKey(), 100.0 * each.getValue() / DRAWS))
                        .toList();
            case "share" -> share();
            case "noRoute" -> failure().equals("NR");
            case "blocked" ->
                first instanceof Decision.Respond respond
                        && respond.route().name().equals("block_all");
            case "passthrough" ->
                first instanceof Decision.Forward forward
                        && forward.cluster().name().equals("PassthroughCluster");
            case "answeredByProxy" ->
                !isForward(first) || aborted() || crossOrigin(first).preflight();
            case "status" -> status();
            case "grpcStatus" -> GrpcOutcome.ofHttp(status());
            case "services" -> services;
            case "workloads" -> workloads;
            case "redirect" -> redirect();
            case "directResponse" -> directResponse();
            case "timeout" -> seconds(route().timeoutNanos());
            case "retries" -> retries(route().retries());
            case "fault" -> fault(route().fault());
            case "effectiveFault" ->
                expected == null
                                && route().fault().delayPercent() == 0
                                && route().fault().abortPercent() == 0
                        ? null
                        : effectiveFault(route().fault(), Node.map(expected));
            case "mirrors" -> mirrors(route().mirrors());
            case "route" -> route().name();
            case "path",
                    "authority",
                    "forwardedHeaders",
                    "forwardedAbsent",
                    "endpoints",
                    "responseHeaders",
                    "responseAbsent" -> of(first, key, expected);
            case "perDestination" -> perDestination(Node.map(expected));
            default -> new Observation.Unseen("a key that this version doesn't know");
        };
    }

    private @Nullable Object of(Decision decision, String key, @Nullable Object expected) {
        if (key.equals("responseHeaders") || key.equals("responseAbsent")) {
            CrossOrigin.Verdict crossOrigin = crossOrigin(decision);
            Map<String, List<String>> before = asked.headers(isForward(decision) ? "backendResponseHeaders" : "");
            var after = crossOrigin.preflight()
                    ? new TreeMap<String, List<String>>()
                    : edited(before, responseEdits(decision));
            return asked(key, expected, edited(after, crossOrigin.headers()));
        }
        if (!(decision instanceof Decision.Forward forward)) {
            return new Observation.Unseen(Destination.told(decision));
        }
        return switch (key) {
            case "path" -> path(forward.route());
            case "authority" -> authority(forward.route());
            case "endpoints" ->
                forward.cluster().endpoints().stream().map(Endpoint::toString).toList();
            case "forwardedHeaders", "forwardedAbsent" ->
                asked(key, expected, edited(asked.headers("headers"), forward.requestEdits()));
            default -> new Observation.Unseen("a key that this version doesn't know");
        };
    }

    private static boolean isForward(Decision decision) {
        return decision instanceof Decision.Forward;
    }

    /// What the rule says of a call from a page of another site, answers of the rule's own left aside.
    private CrossOrigin.Verdict crossOrigin(Decision decision) {
        CrossOrigin rule = decision instanceof Decision.Forward || decision instanceof Decision.Refuse
                ? route(decision).crossOrigin()
                : null;
        return rule == null ? new CrossOrigin.Verdict(false, HeaderEdits.NONE) : rule.of(asked.head());
    }

    private boolean aborted() {
        return first instanceof Decision.Forward forward
                && forward.route().fault().abortPercent() >= 100;
    }

    private static HeaderEdits responseEdits(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> forward.responseEdits();
            case Decision.Redirect redirect -> redirect.responseEdits();
            case Decision.Respond respond -> respond.responseEdits();
            case Decision.Refuse _ -> HeaderEdits.NONE;
        };
    }

    private Map<String, Object> perDestination(Map<String, Object> expected) {
        var actual = new TreeMap<String, Object>();
        expected.forEach((subset, wanted) -> {
            Decision.Forward forward = bySubset.get(subset);
            var seen = new LinkedHashMap<String, @Nullable Object>();
            Node.map(wanted)
                    .forEach((key, value) -> seen.put(
                            key,
                            forward == null
                                    ? new Observation.Unseen("no request goes to " + subset)
                                    : of(forward, key, value)));
            actual.put(subset, seen);
        });
        return actual;
    }

    private static Map<String, List<String>> edited(Map<String, List<String>> before, HeaderEdits edits) {
        var after = new TreeMap<String, List<String>>();
        before.forEach((name, values) -> after.put(name.toLowerCase(Locale.ROOT), new ArrayList<>(values)));
        edits.set().forEach(edit -> after.put(edit.name(), new ArrayList<>(List.of(edit.value()))));
        edits.add()
                .forEach(edit -> after.computeIfAbsent(edit.name(), _ -> new ArrayList<>())
                        .add(edit.value()));
        edits.remove().forEach(after::remove);
        return after;
    }

    /// Those that are asked for, with their values; or of the names that are asked for those that aren't there.
    ///
    /// @param headers by lower-case name
    static Object asked(String key, @Nullable Object expected, Map<String, List<String>> headers) {
        if (key.endsWith("Absent")) {
            return Node.texts(expected).stream()
                    .filter(name -> !headers.containsKey(name.toLowerCase(Locale.ROOT)))
                    .toList();
        }
        var asked = new TreeMap<String, Object>();
        Node.map(expected).keySet().forEach(name -> {
            List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
            if (values != null) {
                asked.put(name, values);
            }
        });
        return asked;
    }

    private Route route() {
        return route(first);
    }

    private static Route route(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> forward.route();
            case Decision.Redirect redirect -> redirect.route();
            case Decision.Respond respond -> respond.route();
            case Decision.Refuse refuse -> refuse.route();
        };
    }

    private String failure() {
        return first instanceof Decision.Refuse refuse
                ? FailureWords.of(refuse.failure()).flag()
                : "";
    }

    /// An abort of every request is what the client sees.
    private int status() {
        if (!aborted() && crossOrigin(first).preflight()) {
            return 200;
        }
        return switch (first) {
            case Decision.Forward forward -> aborted() ? forward.route().fault().httpStatus() : 200;
            case Decision.Redirect redirect -> redirect.status();
            case Decision.Respond respond -> respond.status();
            case Decision.Refuse refuse -> FailureWords.of(refuse.failure()).status();
        };
    }

    private Map<String, Object> share() {
        var share = new TreeMap<String, Object>();
        drawn.forEach((name, count) ->
                share.merge(Destination.subset(name), count / (double) DRAWS, (a, b) -> (double) a + (double) b));
        return share;
    }

    private String path(Route route) {
        Route.PathRewrite rewrite = route.rewrite();
        return rewrite == null ? asked.path() : rewrite.apply(asked.path());
    }

    private String authority(Route route) {
        String rewritten = route.authorityRewrite();
        return rewritten == null ? asked.text("host", "") : rewritten;
    }

    private Object redirect() {
        return first instanceof Decision.Redirect redirect
                ? Map.of("status", redirect.status(), "location", redirect.location())
                : new Observation.Unseen(Destination.told(first));
    }

    private Object directResponse() {
        return first instanceof Decision.Respond respond
                ? Map.of("status", respond.status(), "body", new String(respond.body(), StandardCharsets.UTF_8))
                : new Observation.Unseen(Destination.told(first));
    }

    private static @Nullable Double seconds(long nanos) {
        return nanos == 0 ? null : nanos / 1e9;
    }

    private static Map<String, @Nullable Object> retries(Retries retries) {
        var actual = new LinkedHashMap<String, @Nullable Object>();
        actual.put("attempts", retries.attempts());
        actual.put("perTryTimeout", seconds(retries.perTryTimeoutNanos()));
        var on = new TreeSet<String>();
        retries.on().forEach(condition -> on.add(condition.word()));
        retries.statusCodes().forEach(code -> on.add(code.toString()));
        if (!retries.statusCodes().isEmpty()) {
            on.remove(Retries.Condition.RETRIABLE_STATUS_CODES.word());
        }
        actual.put("retryOn", List.copyOf(on));
        return actual;
    }

    private static @Nullable Map<String, Object> fault(FaultPlan fault) {
        var actual = new LinkedHashMap<String, Object>();
        if (fault.delayNanos() > 0) {
            actual.put("delay", Map.of("fixedDelay", fault.delayNanos() / 1e9, "percentage", fault.delayPercent()));
        }
        if (fault.abortStatus() > 0 || !fault.abortGrpcStatus().isEmpty()) {
            var abort = new LinkedHashMap<String, Object>();
            abort.put("percentage", fault.abortPercent());
            if (fault.abortGrpcStatus().isEmpty()) {
                abort.put("httpStatus", fault.abortStatus());
            } else {
                abort.put("grpcStatus", fault.abortGrpcStatus());
            }
            actual.put("abort", abort);
        }
        return actual.isEmpty() ? null : actual;
    }

    /// A bare number is a percentage.
    private static Map<String, Object> effectiveFault(FaultPlan fault, Map<String, Object> expected) {
        var actual = new LinkedHashMap<String, Object>();
        expected.forEach((key, wanted) -> {
            double percent = key.equals("delay") ? fault.delayPercent() : fault.abortPercent();
            actual.put(key, wanted instanceof Map<?, ?> ? Map.of("percentage", percent) : percent);
        });
        return actual;
    }

    private static List<Map<String, Object>> mirrors(List<Route.MirrorTarget> mirrors) {
        return mirrors.stream()
                .map(mirror -> {
                    var actual = Destination.of(mirror.cluster().name(), 100);
                    actual.remove("weight");
                    actual.put("percentage", mirror.percent());
                    return actual;
                })
                .toList();
    }
}
