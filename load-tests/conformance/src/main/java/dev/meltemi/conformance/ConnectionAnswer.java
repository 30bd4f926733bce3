package dev.meltemi.conformance;

import dev.meltemi.routing.ConnectionDecision;
import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.routing.RouteTable;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a table makes of a TCP or TLS connection, in the words of the cases. Asks often enough to see shares.
final class ConnectionAnswer {
    private static final int DRAWS = 4_000;

    private final Map<String, Integer> drawn = new TreeMap<>();
    private final ConnectionDecision first;

    ConnectionAnswer(RouteTable table, RoutingCase asked, RandomGenerator random) {
        this.first = table.connect(asked.connection(), random);
        ConnectionDecision decision = first;
        for (int i = 0; i < DRAWS && !destination(decision).isEmpty(); i++) {
            drawn.merge(destination(decision), 1, Integer::sum);
            decision = table.connect(asked.connection(), random);
        }
    }

    /// Whether HTTP is spoken inside, so that its requests have to be asked about.
    boolean isHttp() {
        return first instanceof ConnectionDecision.Requests;
    }

    /// As {@link Observation#of}.
    @Nullable
    Object actual(String key) {
        return switch (key) {
            case "destinations" ->
                drawn.entrySet().stream()
                        .map(each -> Destination.of(each.getKey(), 100.0 * each.getValue() / DRAWS))
                        .toList();
            case "share" -> {
                var share = new TreeMap<String, Object>();
                drawn.forEach((name, count) -> share.merge(
                        Destination.subset(name), count / (double) DRAWS, (a, b) -> (double) a + (double) b));
                yield share;
            }
            case "connectionClosed", "blocked" ->
                first instanceof ConnectionDecision.Close && destination(first).isEmpty();
            case "passthrough" -> first instanceof ConnectionDecision.Passthrough;
            default -> new Observation.Unseen("a connection has none");
        };
    }

    /// One that doesn't exist was chosen all the same.
    private static String destination(ConnectionDecision decision) {
        return switch (decision) {
            case ConnectionDecision.Forward(var _, var cluster, var _) -> cluster.name();
            case ConnectionDecision.Close(var _, ProxyFailure.NoCluster(var cluster, var _), var _) -> cluster;
            case ConnectionDecision.Close _, ConnectionDecision.Passthrough _, ConnectionDecision.Requests _ -> "";
        };
    }
}
