package dev.meltemi.kafka;

import dev.meltemi.schemas.Grant;
import dev.meltemi.schemas.Grants;
import dev.meltemi.schemas.Role;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/// Makes a broker's access lists what the catalogue says. Entries of other principals, and on what doesn't begin with
/// the mesh's prefix, are nobody's business here.
public final class AccessAdministration {
    private static final Duration VISIBLE_AGAIN = Duration.ofMillis(10);
    private static final Set<String> OURS =
            Arrays.stream(Role.values()).map(Role::principal).collect(Collectors.toUnmodifiableSet());

    private final BrokerConnection connection;
    private final List<Grant> wanted;

    public AccessAdministration(BrokerConnection connection) {
        this.connection = connection;
        this.wanted = Grants.of(connection.settings().prefix());
    }

    /// @param missing granted by the catalogue, not by the broker
    /// @param surplus the other way round
    public record Differences(List<Grant> missing, List<AclBinding> surplus) {}

    /// @throws BrokerException when the broker has no access lists, or doesn't show them to us
    public Differences compare() {
        var found = found();
        var expected = wanted.stream().map(AccessAdministration::binding).collect(Collectors.toSet());
        return new Differences(
                wanted.stream().filter(grant -> !found.contains(binding(grant))).toList(),
                found.stream()
                        .filter(binding -> isOurs(binding) && !expected.contains(binding))
                        .toList());
    }

    /// Returns when the broker goes by them, which is a moment after it has taken them.
    public void add(Collection<Grant> grants) {
        var bindings = grants.stream().map(AccessAdministration::binding).collect(Collectors.toSet());
        connection.await(
                "granting rights", connection.admin().createAcls(bindings).all());
        long until = System.nanoTime() + connection.settings().patience().toNanos();
        while (!found().containsAll(bindings)) {
            if (System.nanoTime() > until) {
                throw new BrokerException("the broker at "
                        + connection.settings().bootstrapServers()
                        + " took the access lists, but doesn't show them after "
                        + connection.settings().patience() + "; next: look into the controller's log");
            }
            LockSupport.parkNanos(VISIBLE_AGAIN.toNanos());
        }
    }

    public void remove(Collection<AclBinding> bindings) {
        connection.await(
                "taking rights away",
                connection
                        .admin()
                        .deleteAcls(bindings.stream().map(AclBinding::toFilter).toList())
                        .all());
    }

    private Set<AclBinding> found() {
        return new HashSet<>(connection.await(
                "reading the access lists",
                connection.admin().describeAcls(AclBindingFilter.ANY).values()));
    }

    private boolean isOurs(AclBinding binding) {
        return OURS.contains(binding.entry().principal())
                && (binding.pattern().resourceType() == ResourceType.CLUSTER
                        || binding.pattern()
                                .name()
                                .startsWith(connection.settings().prefix()));
    }

    private static AclBinding binding(Grant grant) {
        return new AclBinding(
                new ResourcePattern(
                        switch (grant.on()) {
                            case TOPIC -> ResourceType.TOPIC;
                            case GROUP -> ResourceType.GROUP;
                            case TRANSACTIONAL_ID -> ResourceType.TRANSACTIONAL_ID;
                            case CLUSTER -> ResourceType.CLUSTER;
                        },
                        grant.name(),
                        grant.prefixed() ? PatternType.PREFIXED : PatternType.LITERAL),
                new AccessControlEntry(
                        grant.role().principal(),
                        "*",
                        switch (grant.right()) {
                            case READ -> AclOperation.READ;
                            case WRITE -> AclOperation.WRITE;
                            case CREATE -> AclOperation.CREATE;
                            case ALTER -> AclOperation.ALTER;
                            case DESCRIBE -> AclOperation.DESCRIBE;
                            case DESCRIBE_CONFIGS -> AclOperation.DESCRIBE_CONFIGS;
                        },
                        AclPermissionType.ALLOW));
    }
}
