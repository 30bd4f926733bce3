package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where the mesh takes requests and connections from outside, or lets them out.
///
/// @param selector labels of the gateway workloads that serve it; empty: every one
public record Gateway(ResourceKey key, Map<String, String> selector, List<Server> servers) implements Resource {
    public Gateway {
        selector = Ordered.copy(selector);
        servers = List.copyOf(servers);
    }

    /// @param name empty without
    /// @param port 0 for a Unix socket
    /// @param bind address, `unix:///path`, or empty for the workload's own
    /// @param hosts as written: `*`, `*.example.com`, each perhaps after `namespace/`, `./` or `*/`
    /// @param httpsRedirect of a plaintext HTTP server: every request is sent to https
    /// @param tls empty: plaintext
    public record Server(
            String name,
            int port,
            String portName,
            Protocol protocol,
            String bind,
            List<String> hosts,
            boolean httpsRedirect,
            Optional<Tls> tls) {
        public Server {
            hosts = List.copyOf(hosts);
        }
    }

    /// @param credentials names of secrets, or paths of certificates on the gateway's machine
    public record Tls(TlsMode mode, List<String> credentials) {
        public Tls {
            credentials = List.copyOf(credentials);
        }
    }

    /// Whether TLS ends at the gateway, and what its clients have to show.
    public enum TlsMode {
        PASSTHROUGH,
        SIMPLE,
        MUTUAL,
        AUTO_PASSTHROUGH,
        ISTIO_MUTUAL,
        OPTIONAL_MUTUAL;

        /// TLS goes on to who is called.
        public boolean isPassthrough() {
            return this == PASSTHROUGH || this == AUTO_PASSTHROUGH;
        }
    }
}
