package dev.meltemi.routing;

import java.time.Duration;
import java.util.Set;

/// Names whose addresses are endpoints of clusters that a table leads to.
///
/// @param refresh how long an answer holds that doesn't say it itself
public record Names(Set<String> hosts, Duration refresh) {
    public static final Names NONE = new Names(Set.of(), Duration.ofSeconds(60));

    public Names {
        hosts = Set.copyOf(hosts);
    }
}
