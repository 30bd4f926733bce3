package dev.meltemi.conformance;

import dev.meltemi.routing.Retries;
import dev.meltemi.schemas.access.AccessEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What shows only at an origin that fails or says nothing, or in what the proxy itself tells of a request.
record LiveTrials(LiveMesh live, RoutingCase asked) {
    /// Nobody waits longer for a timeout, in seconds.
    private static final double LONGEST = 4;
    /// Of measured times, in seconds: machines are busy.
    static final double TOLERATED = 1;

    private static final Set<String> INVISIBLE = Set.of("effectiveFault", "endpoints", "note");
    /// Conditions on which an answer of 503 is asked for again.
    private static final Set<String> UNAVAILABLE =
            Set.of(Retries.Condition.GATEWAY_ERROR.word(), Retries.Condition.FIVE_XX.word(), "503");

    /// Of what a case expects that part which can be seen from outside, in the time that a test has.
    static Map<String, Object> visible(Map<String, Object> expect) {
        var visible = new LinkedHashMap<>(expect);
        visible.keySet().removeAll(INVISIBLE);
        Map<String, Object> retries = Node.map(expect.get("retries"));
        Double timeout = Node.seconds(expect.get("timeout"));
        if (timeout == null || timeout > LONGEST || retries.containsKey("perTryTimeout")) {
            visible.remove("timeout");
        }
        if (retries.containsKey("attempts") && showsAttempts(retries)) {
            visible.put("retries", Map.of("attempts", retries.get("attempts")));
        } else {
            visible.remove("retries");
        }
        if (!LiveAnswer.showsFault(expect.get("fault"))) {
            visible.remove("fault");
        }
        return visible;
    }

    private static boolean showsAttempts(Map<String, Object> retries) {
        return Node.number(retries.get("attempts")) == 0
                || Node.texts(retries.get("retryOn")).stream().anyMatch(UNAVAILABLE::contains);
    }

    /// By key of what is visible.
    Map<String, @Nullable Object> seen(Map<String, Object> visible) {
        var seen = new TreeMap<String, @Nullable Object>();
        if (visible.containsKey("passthrough") || visible.containsKey("route")) {
            AccessEntry told = live.told();
            seen.put("passthrough", told != null && told.edge().service().name().equals("PassthroughCluster"));
            seen.put("route", told == null ? null : told.edge().way().routeName());
        }
        if (visible.containsKey("retries")) {
            String number = send(LiveApplication.FAILS).number();
            long tries = live.arrivals(Integer.MAX_VALUE).stream()
                    .filter(each -> each.request().header(LiveMesh.NUMBER).equals(number))
                    .count();
            seen.put("retries", Map.of("attempts", tries - 1));
        }
        if (visible.containsKey("timeout")) {
            LiveMesh.Sent sent = send(LiveApplication.SAYS_NOTHING);
            LiveMessage answer = sent.answer();
            seen.put(
                    "timeout",
                    answer != null && answer.status() == 504
                            ? near(visible.get("timeout"), sent.seconds())
                            : new Observation.Unseen("nobody timed out: " + answer));
        }
        return seen;
    }

    /// A time that is near enough to the one that was expected is told as that.
    static @Nullable Object near(@Nullable Object expected, double seconds) {
        Double wanted = Node.seconds(expected);
        boolean near = wanted != null && seconds >= wanted - 0.01 && seconds <= wanted + TOLERATED;
        return near ? expected : (Object) seconds;
    }

    private LiveMesh.Sent send(String answer) {
        var headers = new LinkedHashMap<>(Node.map(asked.asked().get("headers")));
        headers.put(LiveApplication.ANSWER, answer);
        var altered = new LinkedHashMap<>(asked.asked());
        altered.put("headers", headers);
        try {
            List<LiveMesh.Sent> sent = live.send(new RoutingCase(altered, asked.expect()), 1);
            return sent.getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
