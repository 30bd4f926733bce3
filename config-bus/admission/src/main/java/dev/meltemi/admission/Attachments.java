package dev.meltemi.admission;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.Verdict;
import dev.meltemi.resources.status.GatewayStatus;
import dev.meltemi.resources.status.ListenerStatus;
import dev.meltemi.resources.status.ParentStatus;
import dev.meltemi.resources.status.RouteStatus;
import dev.meltemi.resources.status.Surroundings;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.Condition;
import dev.meltemi.schemas.ConfigStatus.Listener;
import dev.meltemi.schemas.ConfigStatus.Parent;
import dev.meltemi.schemas.ConfigStatus.ParentRef;
import dev.meltemi.schemas.ConfigStatus.RouteKind;
import dev.meltemi.schemas.ResourceKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What routes and gateways of the Gateway API come to beside the other documents. Looked at again once a tick while
/// any of those changed: all of them, in 8 ms of CPU for 1,000 services and 2,000 routes; those that differ are
/// published.
final class Attachments {
    private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);
    private static final String GATEWAY_API = "gateway.networking.k8s.io";

    /// Of documents on which an answer may depend, by group and kind.
    private static final Set<String> MATTERING = Set.of(
            GATEWAY_API + "/Gateway",
            GATEWAY_API + "/HTTPRoute",
            GATEWAY_API + "/GRPCRoute",
            GATEWAY_API + "/TLSRoute",
            GATEWAY_API + "/TCPRoute",
            GATEWAY_API + "/ReferenceGrant",
            "core/Namespace",
            "core/Service",
            "networking.istio.io/ServiceEntry");

    /// Of one look: what a change of one gateway says of thousands of routes follows a slice a tick.
    private static final int MOST = 250;

    private final Ledger ledger;
    private final Map<String, Resource> inForce = new TreeMap<>();
    private boolean changed;

    Attachments(Ledger ledger) {
        this.ledger = ledger;
    }

    /// Everything that is in force.
    void begin() {
        inForce.clear();
        ledger.keys().forEach(this::take);
    }

    /// That document has come, changed or gone, or perhaps not.
    void take(String key) {
        var parsed = ResourceKey.parse(key).filter(one -> MATTERING.contains(one.group() + "/" + one.kind()));
        if (parsed.isEmpty()) {
            return;
        }
        var now = ledger.known(key).inForce().flatMap(version -> read(version.text(), parsed.get()));
        var before = Optional.ofNullable(now.isPresent() ? inForce.put(key, now.get()) : inForce.remove(key));
        changed |= !now.equals(before);
    }

    private static Optional<Resource> read(String text, ResourceKey key) {
        return Documents.judge(text, Optional.of(key)) instanceof Verdict.Accepted accepted
                ? Optional.of(accepted.resource())
                : Optional.empty();
    }

    /// Statuses that say something else now; they are known from here on.
    Map<String, ConfigStatus> due(Instant now) {
        if (!changed) {
            return Map.of();
        }
        var surroundings = new Surroundings(inForce.values());
        var due = new HashMap<String, ConfigStatus>();
        for (var entry : inForce.entrySet()) {
            if (due.size() == MOST) {
                break;
            }
            ledger.known(entry.getKey()).status().ifPresent(status -> {
                var looked = looked(entry.getValue(), status, surroundings, now);
                if (!looked.equals(status)) {
                    due.put(entry.getKey(), looked);
                }
            });
        }
        changed = due.size() == MOST;
        due.forEach((key, status) -> ledger.put(key, new Known(ledger.known(key).inForce(), Optional.of(status))));
        return due;
    }

    /// A hole in what looks must not stop admission.
    private static ConfigStatus looked(Resource resource, ConfigStatus status, Surroundings surroundings, Instant now) {
        try {
            return beside(resource, status, surroundings, now);
        } catch (RuntimeException hole) {
            LOG.error("event=status-unknown key={}", resource.key(), hole);
            return status;
        }
    }

    private static ConfigStatus beside(Resource resource, ConfigStatus status, Surroundings surroundings, Instant now) {
        if (resource instanceof KubernetesRoute route) {
            var parents = RouteStatus.of(route, surroundings).stream()
                    .map(parent -> parent(parent, status, now))
                    .toList();
            return status.attached(parents, List.of());
        }
        if (resource instanceof KubernetesGateway gateway) {
            var listeners = GatewayStatus.of(gateway, surroundings).stream()
                    .map(listener -> listener(listener, status, now))
                    .toList();
            return status.attached(List.of(), listeners);
        }
        return status;
    }

    private static Parent parent(ParentStatus parent, ConfigStatus status, Instant now) {
        ObjectReference to = parent.parent().to();
        var port = parent.parent().port();
        var reference = new ParentRef(
                to.group(),
                to.kind(),
                to.namespace(),
                to.name(),
                parent.parent().section().orElse(null),
                port.isPresent() ? port.getAsInt() : null);
        var before = status.parents().stream()
                .filter(known -> known.parentRef().equals(reference))
                .findFirst()
                .map(Parent::conditions)
                .orElse(List.of());
        return new Parent(reference, conditions(parent.conditions(), status, before, now));
    }

    private static Listener listener(ListenerStatus listener, ConfigStatus status, Instant now) {
        var before = status.listeners().stream()
                .filter(known -> known.name().equals(listener.name()))
                .findFirst()
                .map(Listener::conditions)
                .orElse(List.of());
        return new Listener(
                listener.name(),
                listener.kinds().stream()
                        .map(kind -> new RouteKind(GATEWAY_API, kind))
                        .toList(),
                listener.routes(),
                conditions(listener.conditions(), status, before, now));
    }

    private static List<Condition> conditions(
            List<dev.meltemi.resources.status.Condition> conditions,
            ConfigStatus status,
            List<Condition> before,
            Instant now) {
        return conditions.stream()
                .map(one -> Conditions.condition(
                        one.type(), one.holds(), one.reason(), one.message(), status.lastAcceptedOffset(), before, now))
                .toList();
    }
}
