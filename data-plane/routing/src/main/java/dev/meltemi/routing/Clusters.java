package dev.meltemi.routing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The clusters of one proxy, by name, kept across tables so that connections, counts and balancer state survive a rule
/// change.
public final class Clusters {
    private final Map<String, Cluster> byName = new ConcurrentHashMap<>();

    public Map<String, Cluster> byName() {
        return byName;
    }
}
