package dev.meltemi.proxy.tls;

import dev.meltemi.routing.ConnectionDecision.Termination;
import dev.meltemi.routing.TlsOrigination;
import java.util.List;

/// What rules say of one side of TLS: equal sayings share contexts.
public sealed interface TlsSide {
    /// For logs and pages: no path of a key, no secret.
    String words();

    /// A gateway's server that ends callers' TLS.
    record Ending(Termination server) implements TlsSide {
        @Override
        public String words() {
            return "Gateway/" + server.gateway() + " " + server.server();
        }
    }

    /// TLS to the endpoints of a cluster.
    ///
    /// @param protocols that are offered, best first
    record Beginning(TlsOrigination how, List<String> protocols) implements TlsSide {
        public Beginning {
            protocols = List.copyOf(protocols);
        }

        @Override
        public String words() {
            return "to " + (how.sni().isEmpty() ? String.join(",", how.names()) : how.sni());
        }
    }
}
