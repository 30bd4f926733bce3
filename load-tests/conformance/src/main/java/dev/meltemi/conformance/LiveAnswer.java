package dev.meltemi.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What origins saw and the client got, in the words of the cases.
///
/// @param sent requests with their answers
/// @param arrived at origins
record LiveAnswer(RoutingCase asked, List<LiveMesh.Sent> sent, List<LiveMesh.Arrived> arrived) implements Observation {
    /// Of mirrored requests, in points: they are counted, not known.
    private static final double TOLERATED_POINTS = 6;

    /// A copy for the case before may come late.
    LiveAnswer {
        var ours = sent.stream().map(LiveMesh.Sent::number).collect(Collectors.toSet());
        arrived = arrived.stream()
                .filter(each -> ours.contains(each.request().header(LiveMesh.NUMBER)))
                .toList();
    }

    @Override
    public @Nullable Object of(String key, @Nullable Object expected) {
        return switch (key) {
            case "destinations" -> destinations(Node.maps(expected));
            case "share" ->
                shares(place -> place.subsets().stream().sorted().findFirst().orElse(""));
            case "services" -> shares(place -> Destination.service(place.host()));
            case "workloads" -> shares(LiveOrigin.Place::workload);
            case "noRoute" -> originals().isEmpty() && status() == 404;
            case "blocked" -> originals().isEmpty() && status() == 502;
            case "answeredByProxy" -> originals().isEmpty() && first() != null;
            case "connectionClosed" -> first() == null;
            case "status" -> status();
            case "grpcStatus" -> GrpcOutcome.of(status(), answer().header("grpc-status"));
            case "fault" -> fault(Node.map(expected));
            case "redirect" -> Map.of("status", status(), "location", answer().header("location"));
            case "directResponse" -> Map.of("status", status(), "body", answer().body());
            case "responseHeaders", "responseAbsent" -> RoutingAnswer.asked(key, expected, answer().headers());
            case "path", "authority", "forwardedHeaders", "forwardedAbsent" ->
                originals().isEmpty()
                        ? new Unseen("nothing arrived at an origin; the client got " + status())
                        : of(originals().getFirst(), key, expected);
            case "perDestination" -> perDestination(Node.map(expected));
            case "mirrors" -> mirrors(Node.maps(expected));
            default -> new Unseen("can't be seen from outside");
        };
    }

    /// Faults that befall some requests only can't be told from faults that don't befall anybody by one request.
    static boolean showsFault(@Nullable Object fault) {
        Map<String, Object> kinds = Node.map(fault);
        return !kinds.isEmpty()
                && kinds.values().stream()
                        .allMatch(kind -> Node.number(Node.map(kind).getOrDefault("percentage", 100)) == 100);
    }

    /// What befell the one request.
    private Map<String, Object> fault(Map<String, Object> expected) {
        var befell = new TreeMap<String, Object>();
        if (expected.containsKey("delay")) {
            Object wanted = Node.map(expected.get("delay")).get("fixedDelay");
            double seconds = sent.getFirst().seconds();
            befell.put(
                    "delay",
                    Map.of(
                            "percentage",
                            100,
                            "fixedDelay",
                            Objects.requireNonNullElse(LiveTrials.near(wanted, seconds), seconds)));
        }
        if (expected.containsKey("abort")) {
            befell.put(
                    "abort",
                    Map.of(
                            "percentage", originals().isEmpty() ? 100 : 0,
                            "httpStatus", status(),
                            "grpcStatus", GrpcOutcome.of(status(), answer().header("grpc-status"))));
        }
        return befell;
    }

    private static Object of(LiveMesh.Arrived one, String key, @Nullable Object expected) {
        return switch (key) {
            case "path" -> one.request().path();
            case "authority" -> one.request().header("host");
            default -> RoutingAnswer.asked(key, expected, one.request().headers());
        };
    }

    private List<LiveMesh.Arrived> originals() {
        Set<String> answered = answered();
        return arrived.stream().filter(each -> answered.contains(each.name())).toList();
    }

    /// Copies: no client got their answers.
    private List<LiveMesh.Arrived> copies() {
        Set<String> answered = answered();
        return arrived.stream().filter(each -> !answered.contains(each.name())).toList();
    }

    private Set<String> answered() {
        return sent.stream()
                .map(LiveMesh.Sent::answer)
                .filter(Objects::nonNull)
                .map(answer -> answer.header(LiveMesh.ARRIVAL))
                .collect(Collectors.toSet());
    }

    private @Nullable LiveMessage first() {
        return sent.getFirst().answer();
    }

    private LiveMessage answer() {
        return Objects.requireNonNullElseGet(first(), () -> new LiveMessage("HTTP/1.1 0 closed", Map.of(), ""));
    }

    private int status() {
        return answer().status();
    }

    /// An endpoint may be in several subsets, or in one though the rule names none: it counts for what is expected.
    private List<Map<String, Object>> destinations(List<Map<String, Object>> expected) {
        var counts = new LinkedHashMap<Map<String, Object>, Integer>();
        for (LiveMesh.Arrived one : originals()) {
            Map<String, Object> found = expected.stream()
                    .filter(each -> isFor(one.place(), each))
                    .findFirst()
                    .map(LiveAnswer::withoutWeight)
                    .orElseGet(() -> Map.of(
                            "host", one.place().host(),
                            "port", one.place().servicePort(),
                            "subsets", List.copyOf(one.place().subsets())));
            counts.merge(found, 1, Integer::sum);
        }
        var destinations = new ArrayList<Map<String, Object>>();
        counts.forEach((destination, count) -> {
            var told = new LinkedHashMap<>(destination);
            told.put("weight", 100.0 * count / sent.size());
            destinations.add(told);
        });
        return destinations;
    }

    private static Map<String, Object> withoutWeight(Map<String, Object> expected) {
        var destination = new LinkedHashMap<>(expected);
        destination.remove("weight");
        destination.remove("percentage");
        return destination;
    }

    private static boolean isFor(LiveOrigin.Place place, Map<String, Object> expected) {
        return place.host().equals(expected.get("host"))
                && (!expected.containsKey("subset") || place.subsets().contains(Node.text(expected, "subset", "")))
                && (!expected.containsKey("port") || place.servicePort() == (int) Node.number(expected.get("port")));
    }

    private Map<String, Object> shares(java.util.function.Function<LiveOrigin.Place, String> name) {
        var shares = new TreeMap<String, Object>();
        originals().forEach(one -> shares.merge(name.apply(one.place()), 1.0, (a, b) -> (double) a + (double) b));
        shares.replaceAll((_, count) -> Math.round((double) count / sent.size() * 1e6) / 1e6);
        return shares;
    }

    private Map<String, Object> perDestination(Map<String, Object> expected) {
        var actual = new TreeMap<String, Object>();
        expected.forEach((subset, wanted) -> {
            var seen = new LinkedHashMap<String, @Nullable Object>();
            var one = originals().stream()
                    .filter(each -> each.place().subsets().contains(subset))
                    .findFirst();
            Node.map(wanted)
                    .forEach((key, value) -> seen.put(
                            key,
                            one.isEmpty()
                                    ? new Unseen("no request came to " + subset)
                                    : key.startsWith("response")
                                            ? RoutingAnswer.asked(
                                                    key,
                                                    value,
                                                    answerTo(one.get()).headers())
                                            : of(one.get(), key, value)));
            actual.put(subset, seen);
        });
        return actual;
    }

    private LiveMessage answerTo(LiveMesh.Arrived one) {
        String number = one.request().header(LiveMesh.NUMBER);
        return sent.stream()
                .filter(each -> each.number().equals(number))
                .map(LiveMesh.Sent::answer)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(this::answer);
    }

    /// A share that is near enough to what was expected is told as that.
    private List<Map<String, Object>> mirrors(List<Map<String, Object>> expected) {
        var mirrors = new ArrayList<Map<String, Object>>();
        for (Map<String, Object> each : expected) {
            long count =
                    copies().stream().filter(one -> isFor(one.place(), each)).count();
            double percent = 100.0 * count / sent.size();
            double wanted = Node.number(each.getOrDefault("percentage", 100));
            if (count > 0) {
                var told = new LinkedHashMap<>(withoutWeight(each));
                told.put("percentage", Math.abs(percent - wanted) <= TOLERATED_POINTS ? wanted : percent);
                mirrors.add(told);
            }
        }
        copies().stream()
                .filter(one -> expected.stream().noneMatch(each -> isFor(one.place(), each)))
                .forEach(one -> mirrors.add(Map.of("host", one.place().host())));
        return mirrors;
    }
}
