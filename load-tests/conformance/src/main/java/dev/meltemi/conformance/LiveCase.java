package dev.meltemi.conformance;

import dev.meltemi.routing.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/// A case through sockets.
///
/// @param expect in the words of {@link RoutingCase}: what is worth repeating a request for
record LiveCase(MeshOfCase mesh, Workload self, RoutingCase asked, Map<String, Object> expect) {
    private static final int MOST = 2_000;

    /// @param judge is given what was seen
    Outcome outcome(LiveMesh live, Function<Observation, Outcome> judge) {
        String unsendable = live.begin(mesh, self, asked);
        if (!unsendable.isEmpty()) {
            return new Outcome.Skipped(unsendable);
        }
        try {
            List<LiveMesh.Sent> sent = live.send(asked, times());
            int mirrors = expect.getOrDefault("mirrors", expect.get("mirroredTo")) instanceof List<?> several
                    ? several.size()
                    : 0;
            int worthWaitingFor = sent.size() > 1 && mirrors > 0 ? Integer.MAX_VALUE : sent.size() * (1 + mirrors);
            return judge.apply(new LiveAnswer(asked, sent, live.arrivals(mirrors == 0 ? 0 : worthWaitingFor)));
        } catch (IOException e) {
            return new Outcome.Failed(null, "sending failed: " + e);
        }
    }

    /// For shares so often that the deviation which is tolerated is three times the standard one, and that something
    /// rare comes about (not once in 3,000 times it wouldn't).
    private int times() {
        double often = shares().map(share -> Math.max(
                        share * (1 - share) * Math.pow(3 / Agreement.TOLERATED_SHARE, 2), share < 1 ? 8 / share : 1))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        return (int) Math.ceil(Math.min(often, MOST));
    }

    private DoubleStream shares() {
        List<Double> weights = Node.maps(expect.get("destinations")).stream()
                .map(each -> Node.number(each.getOrDefault("weight", 100)))
                .toList();
        double sum = weights.stream().mapToDouble(each -> each).sum();
        var shares = new ArrayList<Double>();
        weights.forEach(each -> shares.add(each / sum));
        Node.maps(expect.get("mirrors"))
                .forEach(mirror -> shares.add(Node.number(mirror.getOrDefault("percentage", 100)) / 100));
        for (String key : List.of("share", "weights")) {
            Node.map(expect.get(key)).values().forEach(share -> shares.add(Node.number(share)));
        }
        Node.map(expect.get("perDestination")).keySet().forEach(_ -> shares.add(0.5));
        return shares.stream().mapToDouble(each -> each);
    }

    /// A routing case: what can be seen is compared, the rest is left to the other way of judging.
    static Outcome routing(MeshOfCase mesh, Workload self, RoutingCase asked, LiveMesh live) {
        Map<String, Object> visible = LiveTrials.visible(asked.expect());
        if (visible.isEmpty()) {
            return new Outcome.Skipped("can't be seen from outside: "
                    + String.join(", ", asked.expect().keySet()));
        }
        return new LiveCase(mesh, self, asked, visible).outcome(live, answer -> {
            var tried = new LiveTrials(live, asked).seen(visible);
            return RoutingCases.compared(
                    visible, (key, expected) -> tried.containsKey(key) ? tried.get(key) : answer.of(key, expected));
        });
    }
}
