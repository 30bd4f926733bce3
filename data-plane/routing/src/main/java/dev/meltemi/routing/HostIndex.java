package dev.meltemi.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Hosts by name: an exact name beats a wildcard, a longer wildcard a shorter one; `*.foo.com` doesn't match `foo.com`
/// (Istio's `MostSpecificHostMatch`). The cost of a look-up doesn't grow with the number of hosts.
final class HostIndex<T> {
    private final Map<String, T> exact = new HashMap<>();
    /// By what follows the asterisk.
    private final Map<String, T> wildcards = new HashMap<>();
    private int[] suffixLengths = {};

    /// @param hosts in lower case, wildcards among them
    HostIndex(Map<String, T> hosts) {
        hosts.forEach((host, value) -> {
            if (host.startsWith("*")) {
                wildcards.put(host.substring(1), value);
            } else {
                exact.put(host, value);
            }
        });
        suffixLengths = wildcards.keySet().stream()
                .map(String::length)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /// Every host, wildcards with their asterisk.
    Map<String, T> all() {
        var all = new HashMap<>(exact);
        wildcards.forEach((suffix, value) -> all.put("*" + suffix, value));
        return all;
    }

    @Nullable
    T exactly(String host) {
        return exact.get(host);
    }

    /// @param host in lower case, without port
    @Nullable
    T find(String host) {
        T found = exact.get(host);
        return found == null ? byWildcard(host) : found;
    }

    /// Every entry that is meant, the most specific first.
    ///
    /// @param host in lower case, empty for a caller that names none: only `*` is meant
    List<T> findAll(String host) {
        var found = new ArrayList<T>();
        T named = exact.get(host);
        if (named != null) {
            found.add(named);
        }
        for (int length : suffixLengths) {
            T wild = length < host.length() || length == 0
                    ? wildcards.get(host.substring(host.length() - length))
                    : null;
            if (wild != null) {
                found.add(wild);
            }
        }
        return found;
    }

    @Nullable
    T byWildcard(String host) {
        for (int length : suffixLengths) {
            if (length < host.length()) {
                T found = wildcards.get(host.substring(host.length() - length));
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }
}
