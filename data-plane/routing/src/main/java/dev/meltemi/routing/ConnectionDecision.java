package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What becomes of a connection. What is drawn by weight is drawn once for all that flows through it.
public sealed interface ConnectionDecision {
    /// Carried whole to one endpoint of a cluster.
    ///
    /// @param rule `VirtualService/namespace/name`, empty for a service's own default
    /// @param terminated the server at which TLS ends before; null: bytes are passed on as they come
    record Forward(String rule, Cluster cluster, @Nullable Termination terminated) implements ConnectionDecision {}

    /// HTTP is spoken: {@link RouteTable#decide} answers each request.
    ///
    /// @param terminated the server at which TLS ends before; null: plaintext
    record Requests(@Nullable Termination terminated) implements ConnectionDecision {}

    /// To the address that the caller asked for, which nobody declared.
    ///
    /// @param cluster whose only endpoint is that address
    record Passthrough(Cluster cluster) implements ConnectionDecision {}

    /// Closed.
    ///
    /// @param rule as of {@link Forward}
    /// @param service that the caller addressed, as far as it is known
    record Close(String rule, ProxyFailure failure, Edge.Service service) implements ConnectionDecision {
        Close(ProxyFailure failure, Edge.Service service) {
            this("", failure, service);
        }
    }

    /// A gateway's server at which TLS ends.
    ///
    /// @param gateway `namespace/name`
    /// @param server name of its port
    /// @param mode SIMPLE, MUTUAL, OPTIONAL_MUTUAL or ISTIO_MUTUAL
    /// @param credentials names of secrets, or paths on the gateway's machine
    /// @param settings where they are, and what is asked of clients
    /// @param bounds what the mesh says TLS may be where `settings` say nothing
    record Termination(
            String gateway,
            String server,
            String mode,
            List<String> credentials,
            ServerTlsSettings settings,
            TlsBounds bounds) {
        public Termination {
            credentials = List.copyOf(credentials);
        }
    }
}
