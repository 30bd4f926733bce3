package dev.meltemi.conformance;

import dev.meltemi.routing.Workload;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A case through sockets.
///
/// @param expect in the words of {@link RoutingCase}: what is worth repeating a request for
record LiveCase(MeshOfCase mesh, Workload self, RoutingCase asked, Map<String, Object> expect) {
    /// For shares: a deviation of 0.04 is three times the standard deviation.
    private static final int OFTEN = 1_500;

    /// @param judge is given what was seen
    Outcome outcome(LiveMesh live, Function<Observation, Outcome> judge) {
        String unsendable = unsendable();
        if (unsendable.isEmpty()) {
            unsendable = live.begin(mesh, self, asked);
        }
        if (!unsendable.isEmpty()) {
            return new Outcome.Skipped(unsendable);
        }
        try {
            List<LiveMesh.Sent> sent = live.send(asked, isAboutShares() ? OFTEN : 1);
            int mirrors = expect.getOrDefault("mirrors", expect.get("mirroredTo")) instanceof List<?> several
                    ? several.size()
                    : 0;
            int worthWaitingFor = isAboutShares() && mirrors > 0 ? Integer.MAX_VALUE : sent.size() * (1 + mirrors);
            return judge.apply(new LiveAnswer(asked, sent, live.arrivals(mirrors == 0 ? 0 : worthWaitingFor)));
        } catch (IOException e) {
            return new Outcome.Failed(null, "sending failed: " + e);
        }
    }

    /// What the proxies don't speak yet.
    private String unsendable() {
        if (!asked.isHttp()) {
            return asked.text("protocol", "") + ": proxies carry HTTP/1.1 only so far";
        }
        if (asked.text("scheme", "http").equals("https")) {
            return "https: this client asks in plaintext only";
        }
        return String.join(",", asked.headers("headers").getOrDefault("content-type", List.of()))
                        .startsWith("application/grpc")
                ? "gRPC: needs HTTP/2, which the caller and the endpoints of these cases don't speak"
                : "";
    }

    private boolean isAboutShares() {
        boolean partly = Node.maps(expect.get("mirrors")).stream()
                .anyMatch(mirror -> Node.number(mirror.getOrDefault("percentage", 100)) < 100);
        return partly
                || Node.maps(expect.get("destinations")).size() > 1
                || expect.containsKey("share")
                || expect.containsKey("perDestination")
                || expect.containsKey("weights");
    }

    /// A routing case: what can be seen is compared, the rest is left to the other way of judging.
    static Outcome routing(MeshOfCase mesh, Workload self, RoutingCase asked, LiveMesh live) {
        var visible = new LinkedHashMap<>(asked.expect());
        visible.keySet().removeAll(LiveAnswer.INVISIBLE);
        return visible.isEmpty()
                ? new Outcome.Skipped("can't be seen from outside: "
                        + String.join(", ", asked.expect().keySet()))
                : new LiveCase(mesh, self, asked, visible).outcome(live, seen -> RoutingCases.compared(visible, seen));
    }
}
