package dev.meltemi.rules;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// How many more instances of each host may be suspected, during one judgement.
final class HostRoom {
    private final MeshState mesh;
    private final Map<String, Integer> members = new HashMap<>();
    private final Map<String, Integer> silent = new HashMap<>();
    private final Map<String, Integer> taken = new HashMap<>();

    HostRoom(MeshState mesh, Collection<Leases.LastHeard> silent) {
        this.mesh = mesh;
        for (var lease : silent) {
            mesh.hostsOf(lease.instance()).forEach(host -> this.silent.merge(host, 1, Integer::sum));
        }
    }

    /// Whether every host of the instance has room for one more suspect, which is then taken.
    boolean take(String instance) {
        var hosts = mesh.hostsOf(instance);
        for (String host : hosts) {
            if ((taken.getOrDefault(host, 0) + 1) * 2 > members(host)) {
                return false;
            }
        }
        hosts.forEach(host -> taken.merge(host, 1, Integer::sum));
        return true;
    }

    /// Whether at least half of each of its hosts' instances were heard lately.
    boolean mostArePresent(String instance) {
        return mesh.hostsOf(instance).stream().allMatch(host -> silent.getOrDefault(host, 0) * 2 <= members(host));
    }

    private int members(String host) {
        return members.computeIfAbsent(host, name -> mesh.instancesOf(name).size());
    }
}
