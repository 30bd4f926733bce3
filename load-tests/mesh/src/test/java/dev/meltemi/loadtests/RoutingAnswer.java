package dev.meltemi.loadtests;

import dev.meltemi.routing.Cluster;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a table makes of a case, in the words of the conformance data. Asks often enough to see shares.
final class RoutingAnswer {
    private static final int DRAWS = 4_000;
    private static final double TOLERATED_SHARE = 0.04;

    private final RoutingCase asked;
    private final Map<String, Integer> destinations = new TreeMap<>();
    private final Decision last;

    RoutingAnswer(RouteTable table, RoutingCase asked, RandomGenerator random) {
        this.asked = asked;
        Decision decision = table.decide(asked.head(), random);
        for (int i = 0; i < DRAWS && decision instanceof Decision.Forward forward; i++) {
            destinations.merge(forward.cluster().name(), 1, Integer::sum);
            decision = table.decide(asked.head(), random);
        }
        this.last = decision;
    }

    /// @return what differs, empty when nothing does; a key that isn't known here differs
    List<String> differences() {
        var differences = new ArrayList<String>();
        asked.expect().forEach((key, expected) -> {
            String difference = difference(key, expected);
            if (!difference.isEmpty()) {
                differences.add(key + ": " + difference);
            }
        });
        return differences;
    }

    private String difference(String key, @Nullable Object expected) {
        return switch (key) {
            case "note" -> "";
            case "destinations" -> destinations(RoutingCase.maps(expected));
            case "noRoute" -> compared("NR", refusal());
            case "status" -> compared(expected, status());
            case "path" -> compared(expected, rewrittenPath());
            case "authority" -> compared(expected, route().authorityRewrite());
            case "redirect" -> redirect(RoutingCase.map(expected));
            case "directResponse" -> directResponse(RoutingCase.map(expected));
            case "timeout" -> compared(nanos(expected), route().timeoutNanos());
            case "retries" -> retries(RoutingCase.map(expected));
            case "fault" -> fault(RoutingCase.map(expected));
            case "mirrors" -> mirrors(RoutingCase.maps(expected));
            case "route" -> compared(expected, route().name());
            case "answeredByProxy" -> compared(true, !(last instanceof Decision.Forward));
            default ->
                last instanceof Decision.Forward forward
                        ? difference(forward, key, expected)
                        : "not forwarded: " + last;
        };
    }

    private String difference(Decision.Forward forward, String key, @Nullable Object expected) {
        Cluster cluster = forward.cluster();
        return switch (key) {
            case "passthrough" -> compared("PassthroughCluster", cluster.name());
            case "endpoints" ->
                compared(
                        expected,
                        cluster.endpoints().stream().map(Endpoint::toString).toList());
            case "forwardedHeaders" -> present(expected, asked.texts("headers"), forward.requestEdits());
            case "forwardedAbsent" -> absent(expected, asked.texts("headers"), forward.requestEdits());
            case "responseHeaders" -> present(expected, asked.texts("backendResponseHeaders"), forward.responseEdits());
            case "responseAbsent" -> absent(expected, asked.texts("backendResponseHeaders"), forward.responseEdits());
            case "loadBalancer" ->
                compared(
                        RoutingCase.map(expected).get("simple"),
                        cluster.balancing().name());
            case "absent" -> compared("LEAST_REQUEST", cluster.balancing().name());
            default -> "not compared";
        };
    }

    private static String present(@Nullable Object expected, Map<String, String> before, HeaderEdits edits) {
        var after = edited(before, edits);
        var difference = new StringBuilder();
        RoutingCase.map(expected)
                .forEach((name, values) -> difference.append(
                        compared(values, after.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()))));
        return difference.toString();
    }

    private static String absent(@Nullable Object expected, Map<String, String> before, HeaderEdits edits) {
        var after = edited(before, edits);
        return expected instanceof List<?> names && names.stream().anyMatch(after::containsKey)
                ? "expected none of " + names + " but there are " + after
                : "";
    }

    private static Map<String, List<String>> edited(Map<String, String> before, HeaderEdits edits) {
        var after = new TreeMap<String, List<String>>();
        before.forEach((name, value) -> after.put(name.toLowerCase(Locale.ROOT), new ArrayList<>(List.of(value))));
        edits.set().forEach(edit -> after.put(edit.name(), new ArrayList<>(List.of(edit.value()))));
        edits.add()
                .forEach(edit -> after.computeIfAbsent(edit.name(), _ -> new ArrayList<>())
                        .add(edit.value()));
        edits.remove().forEach(after::remove);
        return after;
    }

    private static String compared(@Nullable Object expected, @Nullable Object actual) {
        String wanted = String.valueOf(expected);
        String found = String.valueOf(actual);
        return wanted.equals(found) ? "" : "expected " + wanted + " but was " + found;
    }

    private Route route() {
        return switch (last) {
            case Decision.Forward forward -> forward.route();
            case Decision.Redirect redirect -> redirect.route();
            case Decision.Respond respond -> respond.route();
            case Decision.Refuse refuse -> refuse.route();
        };
    }

    private String refusal() {
        return last instanceof Decision.Refuse refuse
                ? FailureWords.of(refuse.failure()).flag()
                : last.toString();
    }

    /// An abort of every request is what the client sees.
    private int status() {
        return switch (last) {
            case Decision.Forward forward ->
                forward.route().fault().abortPercent() >= 100
                        ? forward.route().fault().abortStatus()
                        : 200;
            case Decision.Redirect redirect -> redirect.status();
            case Decision.Respond respond -> respond.status();
            case Decision.Refuse refuse -> FailureWords.of(refuse.failure()).status();
        };
    }

    private String destinations(List<Map<String, Object>> expected) {
        double sum = expected.stream().mapToDouble(RoutingAnswer::weight).sum();
        var unexpected = new TreeMap<>(destinations);
        for (var destination : expected) {
            String cluster = destinations.keySet().stream()
                    .filter(name -> isFor(name, destination))
                    .findFirst()
                    .orElse("none");
            Integer count = unexpected.remove(cluster);
            double share = count == null ? 0 : count / (double) DRAWS;
            if (Math.abs(share - weight(destination) / sum) > TOLERATED_SHARE) {
                return "expected " + destination + " but was " + destinations + last;
            }
        }
        return unexpected.isEmpty() ? "" : "not expected: " + unexpected;
    }

    private static double weight(Map<String, Object> destination) {
        return Double.parseDouble(String.valueOf(destination.get("weight")));
    }

    /// `outbound|port|subset|host`; the data name a port only where the rule does.
    private static boolean isFor(String cluster, Map<String, Object> destination) {
        String[] parts = cluster.split("\\|", -1);
        return parts.length == 4
                && parts[3].equals(destination.get("host"))
                && parts[2].equals(destination.getOrDefault("subset", ""))
                && (!destination.containsKey("port") || parts[1].equals(String.valueOf(destination.get("port"))));
    }

    private String rewrittenPath() {
        Route.PathRewrite rewrite = route().rewrite();
        return rewrite == null ? asked.path() : rewrite.apply(asked.path());
    }

    private String redirect(Map<String, Object> expected) {
        return last instanceof Decision.Redirect redirect
                ? compared(
                        expected.get("status") + " " + expected.get("location"),
                        redirect.status() + " " + redirect.location())
                : "expected a redirect but was " + last;
    }

    private String directResponse(Map<String, Object> expected) {
        if (!(last instanceof Decision.Respond respond)) {
            return "expected an answer but was " + last;
        }
        String body = new String(respond.body(), StandardCharsets.UTF_8);
        return compared(expected.get("status"), respond.status())
                + (expected.containsKey("body") ? compared(expected.get("body"), body) : "");
    }

    /// A number or text with a unit: `0.5s`.
    private static long nanos(@Nullable Object seconds) {
        return seconds == null
                ? 0
                : Math.round(Double.parseDouble(String.valueOf(seconds).replace("s", "")) * 1e9);
    }

    private String retries(Map<String, Object> expected) {
        Retries retries = route().retries();
        var difference = new StringBuilder(compared(expected.get("attempts"), retries.attempts()));
        if (expected.containsKey("perTryTimeout")) {
            difference.append(compared(nanos(expected.get("perTryTimeout")), retries.perTryTimeoutNanos()));
        }
        if (expected.get("retryOn") instanceof List<?> words) {
            var wanted = new TreeSet<String>();
            words.forEach(word -> wanted.add(String.valueOf(word)));
            var found = new TreeSet<String>();
            retries.on().forEach(condition -> found.add(condition.word()));
            retries.statusCodes().forEach(code -> found.add(code.toString()));
            if (!retries.statusCodes().isEmpty()) {
                found.remove(Retries.Condition.RETRIABLE_STATUS_CODES.word());
            }
            difference.append(compared(wanted, found));
        }
        return difference.toString();
    }

    private String fault(Map<String, Object> expected) {
        FaultPlan fault = route().fault();
        Map<String, Object> delay = RoutingCase.map(expected.get("delay"));
        Map<String, Object> abort = RoutingCase.map(expected.get("abort"));
        return compared(number(delay.get("percentage")), fault.delayPercent())
                + compared(nanos(delay.get("fixedDelay")), fault.delayNanos())
                + compared(number(abort.get("percentage")), fault.abortPercent())
                + compared(abort.getOrDefault("httpStatus", 0), fault.abortStatus())
                + compared(abort.getOrDefault("grpcStatus", ""), fault.abortGrpcStatus());
    }

    private static double number(@Nullable Object value) {
        return value == null ? 0 : Double.parseDouble(String.valueOf(value));
    }

    private String mirrors(List<Map<String, Object>> expected) {
        List<Route.MirrorTarget> mirrors = route().mirrors();
        boolean same = mirrors.size() == expected.size();
        for (int i = 0; same && i < mirrors.size(); i++) {
            same = isFor(mirrors.get(i).cluster().name(), expected.get(i))
                    && mirrors.get(i).percent() == number(expected.get(i).getOrDefault("percentage", 100));
        }
        return same ? "" : "expected " + expected + " but was " + mirrors;
    }
}
