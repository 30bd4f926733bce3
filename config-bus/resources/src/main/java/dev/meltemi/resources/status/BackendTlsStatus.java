package dev.meltemi.resources.status;

import dev.meltemi.resources.BackendTlsPolicy;
import dev.meltemi.resources.BackendTlsPolicy.Target;
import dev.meltemi.resources.BackendTlsPolicy.Trouble;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What becomes of a BackendTLSPolicy at each of the services that it names.
public final class BackendTlsStatus {
    private static final String NO_VALID_CA = "NoValidCACertificate";

    private BackendTlsStatus() {}

    /// @param conditions Accepted and ResolvedRefs
    public record OfTarget(Target target, List<Condition> conditions) {
        public OfTarget {
            conditions = List.copyOf(conditions);
        }
    }

    /// In the order of the policy's targets.
    public static List<OfTarget> of(BackendTlsPolicy policy, Surroundings surroundings) {
        Condition resolved = resolved(policy);
        return policy.targets().stream()
                .map(target -> new OfTarget(target, List.of(accepted(policy, target, surroundings), resolved)))
                .toList();
    }

    private static Condition accepted(BackendTlsPolicy policy, Target target, Surroundings surroundings) {
        ObjectReference to = target.to();
        String name = to.kind() + " " + RouteStatus.name(to);
        Optional<Trouble> trouble = policy.trouble();
        if (trouble.isPresent()) {
            return Condition.no(
                    Condition.ACCEPTED,
                    trouble.get().reason().equals("Invalid") ? "Invalid" : NO_VALID_CA,
                    "connections to " + name + " fail: " + trouble.get().why());
        }
        Optional<List<ServicePort>> ports = surroundings.ports(to);
        boolean there = ports.isPresent()
                && target.section()
                        .map(section -> ports.get().stream()
                                .anyMatch(port -> port.name().equals(section)))
                        .orElse(true);
        if (!there) {
            return Condition.no(
                    Condition.ACCEPTED,
                    "TargetNotFound",
                    ports.isPresent()
                            ? name + " has no port called " + target.section().orElse("")
                            : "no document declares " + name);
        }
        return surroundings
                .firstNaming(target)
                .filter(first -> !first.key().equals(policy.key()))
                .map(first -> Condition.no(
                        Condition.ACCEPTED,
                        "Conflicted",
                        first.key().qualifiedName() + " says it of " + name
                                + target.section().map(port -> ", port " + port).orElse("") + ", and it is older"))
                .orElse(Condition.yes(Condition.ACCEPTED));
    }

    /// Every reference that is at fault is named; the policy is accepted as long as one isn't.
    private static Condition resolved(BackendTlsPolicy policy) {
        var wrong = new ArrayList<String>();
        policy.authorities().stream()
                .filter(reference -> !BackendTlsPolicy.holdsCertificates(reference))
                .forEach(reference -> wrong.add(reference.kind() + " " + reference.name()));
        return wrong.isEmpty()
                ? Condition.yes(Condition.RESOLVED_REFS)
                : Condition.no(
                        Condition.RESOLVED_REFS,
                        "InvalidKind",
                        String.join(", ", wrong) + " can't hold certificates: expected a ConfigMap or a Secret");
    }
}
