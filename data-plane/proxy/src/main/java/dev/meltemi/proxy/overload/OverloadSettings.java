package dev.meltemi.proxy.overload;

import java.util.Map;

/// From which pressure on a proxy does what. A pressure is a share: 1 is everything there is.
///
/// @param maxConnections of callers, of all listeners together
/// @param marks that begin an action, by resource; an action without a mark never begins for it
/// @param relief below its mark by so much, an action ends
/// @param gauges of the process
public record OverloadSettings(
        int maxConnections, Map<Resource, Map<Action, Double>> marks, double relief, Gauges gauges) {
    /// Each connection of a caller may need one to an endpoint; the rest is for the bus, files and pages.
    private static final int RESERVED_DESCRIPTORS = 128;

    private static final int FEWEST_CONNECTIONS = 16;

    private static final Map<Action, Double> MEMORY = Map.of(
            Action.DISABLE_HTTP_KEEPALIVE, 0.80,
            Action.STOP_ACCEPTING_REQUESTS, 0.90,
            Action.REJECT_INCOMING_CONNECTIONS, 0.95);

    private static final Map<Resource, Map<Action, Double>> MARKS = Map.of(
            Resource.HEAP,
            MEMORY,
            Resource.DIRECT_MEMORY,
            MEMORY,
            // Beyond the limit itself each connection is refused as it comes; who must reconnect would be, too.
            Resource.CONNECTIONS,
            Map.of(Action.REDUCE_TIMEOUTS, 0.90),
            // A request on an open connection may need no further one.
            Resource.DESCRIPTORS,
            Map.of(Action.REDUCE_TIMEOUTS, 0.80, Action.REJECT_INCOMING_CONNECTIONS, 0.90));

    public OverloadSettings {
        marks = Map.copyOf(marks);
    }

    public static OverloadSettings of(int maxConnections) {
        return new OverloadSettings(maxConnections, MARKS, 0.05, ProcessGauges.HERE);
    }

    /// The same for what these gauges show.
    public OverloadSettings measuring(Gauges others) {
        return new OverloadSettings(maxConnections, marks, relief, others);
    }

    /// As many connections as the process has descriptors for.
    public static OverloadSettings ofThisProcess() {
        return of(connectionsWithin(ProcessGauges.descriptorLimit()));
    }

    /// @param descriptors that a process may have open
    static int connectionsWithin(long descriptors) {
        long pairs = Math.max(FEWEST_CONNECTIONS, (descriptors - RESERVED_DESCRIPTORS) / 2);
        return (int) Math.min(Integer.MAX_VALUE, pairs);
    }
}
