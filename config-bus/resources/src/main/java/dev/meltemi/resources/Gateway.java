package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;

/// Where the mesh takes requests from outside, or lets them out.
///
/// @param selector labels of the gateway workloads that serve it; empty: every one
/// @param servers plain HTTP ones only; what else the document says isn't in force
public record Gateway(ResourceKey key, Map<String, String> selector, List<Server> servers) implements Resource {
    public Gateway {
        selector = Ordered.copy(selector);
        servers = List.copyOf(servers);
    }

    /// @param name empty without
    /// @param bind address, empty for the workload's own
    /// @param hosts as written: `*`, `*.example.com`, each perhaps after `namespace/`, `./` or `*/`
    public record Server(String name, int port, String portName, Protocol protocol, String bind, List<String> hosts) {
        public Server {
            hosts = List.copyOf(hosts);
        }
    }
}
