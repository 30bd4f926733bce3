package dev.meltemi.sidecar.config;

import java.util.Set;

/// Which records of `mesh.endpoints` a proxy keeps, by key.
sealed interface EndpointFilter {
    EndpointFilter ALL = new All();

    /// @param key `host/instance`
    boolean keeps(String key);

    /// Whether every endpoint of these hosts is kept.
    boolean covers(Set<String> hosts);

    record All() implements EndpointFilter {
        @Override
        public boolean keeps(String key) {
            return true;
        }

        @Override
        public boolean covers(Set<String> hosts) {
            return true;
        }
    }

    /// @param own `/instance` of the proxy itself, whose services it serves whatever it may call
    record Hosts(Set<String> hosts, String own) implements EndpointFilter {
        public Hosts {
            hosts = Set.copyOf(hosts);
        }

        @Override
        public boolean keeps(String key) {
            int slash = key.indexOf('/');
            return key.endsWith(own) || (slash > 0 && hosts.contains(key.substring(0, slash)));
        }

        @Override
        public boolean covers(Set<String> wanted) {
            return hosts.containsAll(wanted);
        }
    }
}
