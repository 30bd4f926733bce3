package dev.meltemi.schemas;

import static dev.meltemi.schemas.Grant.Kind.CLUSTER;
import static dev.meltemi.schemas.Grant.Kind.GROUP;
import static dev.meltemi.schemas.Grant.Kind.TOPIC;
import static dev.meltemi.schemas.Grant.Kind.TRANSACTIONAL_ID;

import dev.meltemi.schemas.Grant.Right;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What each role may do on a broker, made from the catalogue: what isn't here is denied. Nobody is granted
/// `IDEMPOTENT_WRITE`, because a right to write to any topic includes it (KIP-679).
public final class Grants {
    /// Each exists once: a consumer group says which process is active, a transactional id keeps the others out.
    private static final Set<Role> SERVICES = EnumSet.of(Role.ADMISSION, Role.ROUTE_COMPILER, Role.REGISTRY, Role.CA);
    /// Their tools read in groups of their own (`mesh.analyst.flink`); the mesh's readers need none.
    private static final Set<Role> GROUPS = EnumSet.of(Role.PEOPLE, Role.OPERATOR, Role.ANALYST);

    private Grants() {}

    /// All of them, in the order of the catalogue.
    ///
    /// @param prefix of the mesh's topics, groups and transactional ids
    public static List<Grant> of(String prefix) {
        var all = new ArrayList<Grant>();
        for (var topic : Topics.all()) {
            all.addAll(of(topic, prefix));
        }
        for (var service : SERVICES) {
            var own = prefix + service.label();
            all.add(Grant.beginningWith(service, GROUP, own, Right.READ));
            all.add(Grant.beginningWith(service, TRANSACTIONAL_ID, own, Right.WRITE));
        }
        for (var role : GROUPS) {
            all.add(Grant.beginningWith(role, GROUP, prefix + role.label(), Right.READ));
        }
        all.addAll(administration(prefix));
        return all;
    }

    /// Topics that a role reads or writes, in the order of the catalogue.
    public static List<Topic<?>> topicsOf(Role role) {
        return Topics.all().stream()
                .filter(topic ->
                        topic.writers().contains(role) || topic.readers().contains(role))
                .toList();
    }

    private static Collection<Grant> of(Topic<?> topic, String prefix) {
        var all = new ArrayList<Grant>();
        var name = topic.on(prefix);
        for (var role : Role.values()) {
            if (topic.readers().contains(role)) {
                all.add(Grant.exactly(role, TOPIC, name, Right.READ));
            }
            if (topic.writers().contains(role)) {
                all.add(Grant.exactly(role, TOPIC, name, Right.WRITE));
            }
            if (SERVICES.contains(role)) {
                if (topic.equals(Topics.CONFIG) && !topic.readers().contains(role)) {
                    // its one partition is what the group of a service hands out as the role; nothing is read
                    all.add(Grant.exactly(role, TOPIC, name, Right.DESCRIBE));
                }
                if (topicsOf(role).contains(topic)) {
                    // at its start a service compares its topics with the catalogue
                    all.add(Grant.exactly(role, TOPIC, name, Right.DESCRIBE_CONFIGS));
                }
            }
        }
        return all;
    }

    /// `topics create` and `topics acl`. Who may write access lists may grant himself anything: an operator is as
    /// mighty as a broker, only not by mistake.
    private static List<Grant> administration(String prefix) {
        return List.of(
                Grant.beginningWith(Role.OPERATOR, TOPIC, prefix, Right.CREATE),
                Grant.beginningWith(Role.OPERATOR, TOPIC, prefix, Right.DESCRIBE),
                Grant.beginningWith(Role.OPERATOR, TOPIC, prefix, Right.DESCRIBE_CONFIGS),
                Grant.exactly(Role.OPERATOR, CLUSTER, Grant.CLUSTER, Right.DESCRIBE),
                Grant.exactly(Role.OPERATOR, CLUSTER, Grant.CLUSTER, Right.ALTER));
    }
}
