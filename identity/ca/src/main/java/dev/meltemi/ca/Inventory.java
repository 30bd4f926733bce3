package dev.meltemi.ca;

import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.schemas.identity.OrderedRotation;
import dev.meltemi.schemas.identity.RootPhase;
import dev.meltemi.schemas.identity.RotateRequest;
import dev.meltemi.schemas.identity.RotationOrder;
import dev.meltemi.schemas.identity.TrustBundle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What stands on `mesh.certificates`: the newest leaf of each instance, and which tokens were used.
final class Inventory {
    /// How long an expired leaf is still shown to people.
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private final Map<String, IssuedCertificate> byKey = new HashMap<>();
    private final Map<String, IssuedCertificate> byToken = new HashMap<>();

    static String key(String spiffeId, String instance) {
        return spiffeId + "/" + instance;
    }

    void put(String key, IssuedCertificate issued) {
        byKey.put(key, issued);
        if (!issued.getToken().isEmpty()) {
            byToken.put(issued.getToken(), issued);
        }
    }

    void remove(String key) {
        byKey.remove(key);
    }

    @Nullable
    IssuedCertificate at(String key) {
        return byKey.get(key);
    }

    /// The leaf that was got with this token, if any.
    @Nullable
    IssuedCertificate byToken(String hash) {
        return byToken.get(hash);
    }

    Map<String, IssuedCertificate> all() {
        return Map.copyOf(byKey);
    }

    /// Records nobody needs any more: expired a day ago, and no token of theirs could be shown again.
    List<String> forgettable(Instant now) {
        return byKey.entrySet().stream()
                .filter(entry -> entry.getValue().getNotAfter().plus(REMEMBERED).isBefore(now)
                        && Optional.ofNullable(entry.getValue().getTokenExpires())
                                .map(expires -> expires.isBefore(now))
                                .orElse(true))
                .map(Map.Entry::getKey)
                .toList();
    }

    void forgetTokens(Instant now) {
        byToken.values()
                .removeIf(issued -> issued.getTokenExpires() != null
                        && issued.getTokenExpires().isBefore(now));
    }

    /// Orders for leaves in use that lead to a root which doesn't sign any more, or are revoked: decided from the
    /// topics alone.
    ///
    /// @param inUse serial numbers that heartbeats show
    Map<String, IssuedCertificate> due(TrustBundle trust, Set<String> inUse, Instant now) {
        var orders = new HashMap<String, IssuedCertificate>();
        var signing = trust.getRoots().stream()
                .filter(root -> root.getPhase() == RootPhase.SIGNING)
                .map(root -> root.getFingerprint())
                .toList();
        byKey.forEach((key, issued) -> {
            if (!inUse.contains(issued.getSerial()) || ordered(issued)) {
                return;
            }
            if (!signing.contains(issued.getRoot())) {
                orders.put(key, order(issued, now, "its root doesn't sign any more"));
            } else if (trust.getRevoked().stream()
                    .anyMatch(one -> one.getSerial().equals(issued.getSerial()))) {
                orders.put(key, order(issued, now, "it is revoked"));
            }
        });
        return orders;
    }

    /// Orders that an operator asks for.
    Map<String, IssuedCertificate> asked(RotateRequest request, Instant now) {
        var wanted = Set.copyOf(request.getWorkloads());
        var orders = new HashMap<String, IssuedCertificate>();
        byKey.forEach((key, issued) -> {
            boolean alive =
                    issued.getNotAfter().isAfter(now) && key.equals(key(issued.getSpiffeId(), issued.getInstance()));
            if (alive
                    && (wanted.isEmpty()
                            || wanted.contains(issued.getInstance())
                            || wanted.contains(issued.getSpiffeId()))) {
                orders.put(key, order(issued, now, request.getReason()));
            }
        });
        return orders;
    }

    static List<OrderedRotation> words(Map<String, IssuedCertificate> orders) {
        var words = new ArrayList<OrderedRotation>();
        orders.values()
                .forEach(issued -> words.add(OrderedRotation.newBuilder()
                        .setSpiffeId(issued.getSpiffeId())
                        .setInstance(issued.getInstance())
                        .setSerial(issued.getSerial())
                        .build()));
        words.sort(java.util.Comparator.comparing(OrderedRotation::getInstance));
        return words;
    }

    private static boolean ordered(IssuedCertificate issued) {
        return issued.getOrder() != null && issued.getOrder().getSerial().equals(issued.getSerial());
    }

    private static IssuedCertificate order(IssuedCertificate issued, Instant now, String reason) {
        return IssuedCertificate.newBuilder(issued)
                .setOrder(RotationOrder.newBuilder()
                        .setSerial(issued.getSerial())
                        .setAt(now)
                        .setReason(reason)
                        .build())
                .build();
    }
}
