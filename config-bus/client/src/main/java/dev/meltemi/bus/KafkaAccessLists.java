package dev.meltemi.bus;

import dev.meltemi.kafka.AccessAdministration;
import dev.meltemi.kafka.BrokerException;
import dev.meltemi.schemas.Grant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;

/// The access lists of Kafka's authorizer.
record KafkaAccessLists(AccessAdministration administration) implements AccessLists {
    @Override
    public Differences compare() {
        return told(() -> {
            var found = administration.compare();
            return new Differences(found.missing(), texts(found.surplus()));
        });
    }

    @Override
    public List<Grant> apply() {
        return told(() -> {
            var missing = administration.compare().missing();
            administration.add(missing);
            return missing;
        });
    }

    @Override
    public List<String> prune() {
        return told(() -> {
            var surplus = administration.compare().surplus();
            administration.remove(surplus);
            return texts(surplus);
        });
    }

    private static <T> T told(Supplier<T> call) {
        try {
            return call.get();
        } catch (BrokerException e) {
            throw KafkaBus.busException(e);
        }
    }

    private static List<String> texts(List<AclBinding> bindings) {
        return bindings.stream().map(KafkaAccessLists::text).sorted().toList();
    }

    /// `User:analyst allow write topic mesh.config`.
    private static String text(AclBinding binding) {
        var entry = binding.entry();
        var pattern = binding.pattern();
        return entry.principal() + " "
                + (entry.permissionType() + " " + entry.operation() + " " + pattern.resourceType())
                        .toLowerCase(Locale.ROOT)
                + " " + pattern.name()
                + (pattern.patternType() == PatternType.PREFIXED ? "*" : "");
    }
}
