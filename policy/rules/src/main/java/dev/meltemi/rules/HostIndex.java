package dev.meltemi.rules;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePSet;

/// Rules by the host that they name, exactly or by a wildcard. Wildcards are kept by their reversed suffix: those that
/// cover a host are then the prefixes of its reversed name, found without reading the others.
record HostIndex<V extends Comparable<V>>(Index<V> exact, Index<V> wildcards) {
    static <V extends Comparable<V>> HostIndex<V> empty() {
        return new HostIndex<V>(Index.<V>empty(), Index.<V>empty());
    }

    HostIndex<V> plus(String host, V value) {
        return HostName.isWildcard(host)
                ? new HostIndex<>(exact, wildcards.plus(suffix(host), value))
                : new HostIndex<>(exact.plus(host, value), wildcards);
    }

    HostIndex<V> minus(String host, V value) {
        return HostName.isWildcard(host)
                ? new HostIndex<>(exact, wildcards.minus(suffix(host), value))
                : new HostIndex<>(exact.minus(host, value), wildcards);
    }

    /// What names just this host or wildcard.
    TreePSet<V> naming(String host) {
        return HostName.isWildcard(host) ? wildcards.at(suffix(host)) : exact.at(host);
    }

    /// What covers this host or wildcard: one group for each name, the most specific first, none empty.
    List<TreePSet<V>> covering(String host) {
        var groups = new ArrayList<TreePSet<V>>();
        if (!HostName.isWildcard(host) && !exact.at(host).isEmpty()) {
            groups.add(exact.at(host));
        }
        String reversed = HostName.isWildcard(host) ? suffix(host) : HostName.reversed(host);
        @Nullable String candidate = wildcards.byKey().floorKey(reversed);
        while (candidate != null) {
            if (reversed.startsWith(candidate)) {
                groups.add(wildcards.at(candidate));
                candidate = wildcards.byKey().lowerKey(candidate);
            } else {
                // a shorter prefix sorts at or before what the two have in common
                candidate = wildcards.byKey().floorKey(shared(reversed, candidate));
            }
        }
        return groups;
    }

    private static String suffix(String wildcard) {
        return HostName.reversed(wildcard.substring(1));
    }

    private static String shared(String one, String other) {
        int end = 0;
        while (end < one.length() && end < other.length() && one.charAt(end) == other.charAt(end)) {
            end++;
        }
        return one.substring(0, end);
    }
}
