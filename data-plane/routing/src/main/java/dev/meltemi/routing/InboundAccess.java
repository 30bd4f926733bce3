package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.MutualTls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one workload takes from its callers: the narrowest rule that says something counts; of several for the
/// workload itself the oldest, and that one whole (Istio: `ComposePeerAuthentication`).
///
/// @param byPort of the workload
/// @param closed scopes of rules for this workload of which nobody knows what they say: nobody gets in
/// @param closedPorts the same for single ports, by port
record InboundAccess(
        MutualTlsMode mode, Map<Integer, MutualTlsMode> byPort, List<String> closed, Map<Integer, String> closedPorts) {
    private static final Comparator<AccessRules> OLDEST_FIRST =
            Comparator.comparingLong(AccessRules::getCreated).thenComparing(AccessRules::getRule);

    InboundAccess {
        byPort = Map.copyOf(byPort);
        closed = List.copyOf(closed);
        closedPorts = Map.copyOf(closedPorts);
    }

    /// @param access by scope
    static InboundAccess of(Workload self, Map<String, AccessRules> access, NamespaceModes wider) {
        var closed = new ArrayList<String>();
        AccessRules own = null;
        for (var scope : new TreeMap<>(access).entrySet()) {
            AccessRules rules = scope.getValue();
            if (!concerns(self, rules)) {
                continue;
            }
            if (rules.getMutualTls() == MutualTls.UNKNOWN) {
                closed.add(scope.getKey());
            } else if (!rules.getSelector().isEmpty() && (own == null || OLDEST_FIRST.compare(rules, own) < 0)) {
                own = rules;
            }
        }
        var ports = new HashMap<Integer, MutualTlsMode>();
        var closedPorts = new HashMap<Integer, String>();
        MutualTls inherited = inherited(own, wider.of(self.namespace()));
        if (own != null) {
            String rule = own.getRule();
            own.getPortMutualTls().forEach((port, mode) -> {
                ports.put(Integer.valueOf(port), mode(mode == MutualTls.UNSET ? inherited : mode));
                if (mode == MutualTls.UNKNOWN) {
                    closedPorts.put(Integer.valueOf(port), rule);
                }
            });
        }
        return new InboundAccess(mode(inherited), ports, closed, closedPorts);
    }

    private static boolean concerns(Workload self, AccessRules rules) {
        return (rules.getNamespace().isEmpty() || rules.getNamespace().equals(self.namespace()))
                && self.labels().entrySet().containsAll(rules.getSelector().entrySet());
    }

    private static MutualTls inherited(@Nullable AccessRules own, MutualTls wider) {
        return own == null || own.getMutualTls() == MutualTls.UNSET ? wider : own.getMutualTls();
    }

    /// What nobody knows is the strictest.
    private static MutualTlsMode mode(MutualTls said) {
        return switch (said) {
            case UNSET, PERMISSIVE -> MutualTlsMode.PERMISSIVE;
            case DISABLE -> MutualTlsMode.DISABLE;
            case STRICT, UNKNOWN -> MutualTlsMode.STRICT;
        };
    }

    MutualTlsMode at(int port) {
        return byPort.getOrDefault(port, mode);
    }

    /// The scope or rule that lets nobody in at that port; null: none does.
    @Nullable
    String closedBy(int port) {
        return closed.isEmpty() ? closedPorts.get(port) : closed.getFirst();
    }
}
