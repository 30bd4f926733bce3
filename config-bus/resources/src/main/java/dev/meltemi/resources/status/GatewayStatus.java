package dev.meltemi.resources.status;

import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesGateway.Listener;
import dev.meltemi.resources.KubernetesGateway.Tls;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.ObjectReference;
import java.util.List;
import java.util.Optional;

/// What becomes of each listener of a gateway: the front door for gateways.
public final class GatewayStatus {
    private final KubernetesGateway gateway;
    private final Surroundings surroundings;

    private GatewayStatus(KubernetesGateway gateway, Surroundings surroundings) {
        this.gateway = gateway;
        this.surroundings = surroundings;
    }

    /// In the order of the gateway's listeners.
    public static List<ListenerStatus> of(KubernetesGateway gateway, Surroundings surroundings) {
        var status = new GatewayStatus(gateway, surroundings);
        return gateway.listeners().stream().map(status::at).toList();
    }

    private ListenerStatus at(Listener listener) {
        var listening = new Listening(gateway, listener, surroundings);
        Optional<Condition> refusal = refusal(listener);
        Condition resolved = resolved(listening);
        return new ListenerStatus(
                listener.name(),
                listening.kinds(),
                (int) surroundings.naming(gateway).stream()
                        .filter(route -> takes(listening, route))
                        .count(),
                List.of(
                        refusal.orElse(Condition.yes(Condition.ACCEPTED)),
                        conflict(listener).orElse(Condition.no("Conflicted", "NoConflicts", "")),
                        resolved,
                        refusal.isPresent()
                                ? Condition.no(Condition.PROGRAMMED, "Invalid", "the listener isn't accepted")
                                : Condition.yes(Condition.PROGRAMMED)));
    }

    private Optional<Condition> refusal(Listener listener) {
        Optional<Condition> byConflict =
                conflict(listener).map(one -> Condition.no(Condition.ACCEPTED, one.reason(), one.message()));
        return byConflict.or(() -> isServed(listener)
                ? Optional.empty()
                : Optional.of(Condition.no(
                        Condition.ACCEPTED,
                        "UnsupportedProtocol",
                        "HTTP, TCP and TLS that passes through are served yet, and not " + listener.protocol())));
    }

    private static boolean isServed(Listener listener) {
        return switch (listener.protocol()) {
            case "HTTP", "TCP" -> true;
            case "TLS" -> listener.tls().stream().anyMatch(tls -> tls.mode().equals("Passthrough"));
            default -> false;
        };
    }

    /// One port speaks one protocol; the listener that is written first has it. TLS and HTTPS are told apart by names.
    private Optional<Condition> conflict(Listener listener) {
        return gateway.listeners().stream()
                .takeWhile(other -> !other.name().equals(listener.name()))
                .filter(other -> other.port() == listener.port()
                        && !carrier(other.protocol()).equals(carrier(listener.protocol())))
                .findFirst()
                .map(other -> new Condition(
                        "Conflicted",
                        true,
                        "ProtocolConflict",
                        "listener " + other.name() + " speaks " + other.protocol() + " on port " + listener.port()));
    }

    private static String carrier(String protocol) {
        return protocol.equals("HTTPS") ? "TLS" : protocol;
    }

    private Condition resolved(Listening listening) {
        List<String> foreign = listening.foreignKinds();
        if (!foreign.isEmpty()) {
            return Condition.no(
                    Condition.RESOLVED_REFS,
                    "InvalidRouteKinds",
                    String.join(", ", foreign) + ": not for "
                            + listening.listener().protocol());
        }
        return listening.listener().tls().stream()
                .map(Tls::certificates)
                .flatMap(List::stream)
                .flatMap(secret -> fault(secret).stream())
                .findFirst()
                .orElse(Condition.yes(Condition.RESOLVED_REFS));
    }

    /// Whether the secret exists is the gateway's to know: no Secret is in a topic.
    private Optional<Condition> fault(ObjectReference secret) {
        if (!secret.group().isEmpty() || !secret.kind().equals("Secret")) {
            return Optional.of(
                    Condition.no(Condition.RESOLVED_REFS, "InvalidCertificateRef", secret.kind() + " is no Secret"));
        }
        return surroundings.permits(gateway.key(), secret)
                ? Optional.empty()
                : Optional.of(Condition.no(
                        Condition.RESOLVED_REFS,
                        "RefNotPermitted",
                        "no ReferenceGrant in namespace " + secret.namespace() + " permits Secret "
                                + RouteStatus.name(secret)));
    }

    private boolean takes(Listening listening, KubernetesRoute route) {
        return listening.allows(route)
                && listening.sharesNames(route)
                && route.parents().stream()
                        .anyMatch(parent -> surroundings.gateway(parent.to()).equals(Optional.of(gateway))
                                && listening.isNamedBy(parent));
    }
}
