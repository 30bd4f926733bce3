package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A Gateway of the Kubernetes Gateway API (`gateway.networking.k8s.io`).
///
/// @param className of its GatewayClass
public record KubernetesGateway(ResourceKey key, String className, List<Listener> listeners) implements Resource {
    public KubernetesGateway {
        listeners = List.copyOf(listeners);
    }

    /// @param hostname lower case, perhaps `*.example.com`; empty: every host
    /// @param protocol HTTP, HTTPS, TLS, TCP or UDP
    /// @param kinds of routes that may attach; empty: those of the protocol
    public record Listener(
            String name,
            int port,
            String protocol,
            String hostname,
            Optional<Tls> tls,
            From from,
            List<RouteKind> kinds) {
        public Listener {
            kinds = List.copyOf(kinds);
        }
    }

    /// @param mode Terminate or Passthrough
    public record Tls(String mode, List<ObjectReference> certificates) {
        public Tls {
            certificates = List.copyOf(certificates);
        }
    }

    public record RouteKind(String group, String kind) {}

    /// Namespaces whose routes may attach.
    public sealed interface From {
        record All() implements From {}

        record Same() implements From {}

        record None() implements From {}

        record Selected(Selector labels) implements From {}
    }

    /// A Kubernetes label selector: all of it must hold.
    public record Selector(Map<String, String> matchLabels, List<Requirement> expressions) {
        public Selector {
            matchLabels = Map.copyOf(matchLabels);
            expressions = List.copyOf(expressions);
        }

        public boolean selects(Map<String, String> labels) {
            return labels.entrySet().containsAll(matchLabels.entrySet())
                    && expressions.stream().allMatch(requirement -> requirement.holds(labels));
        }
    }

    /// @param operator In, NotIn, Exists or DoesNotExist
    public record Requirement(String key, String operator, List<String> values) {
        public Requirement {
            values = List.copyOf(values);
        }

        boolean holds(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                default -> value == null;
            };
        }
    }
}
