package dev.meltemi.resources.status;

import dev.meltemi.resources.ParentReference;
import java.util.List;

/// @param conditions Accepted and ResolvedRefs, and PartiallyInvalid when it holds
public record ParentStatus(ParentReference parent, List<Condition> conditions) {
    public ParentStatus {
        conditions = List.copyOf(conditions);
    }

    boolean accepted() {
        return conditions.stream().anyMatch(one -> one.type().equals(Condition.ACCEPTED) && one.holds());
    }
}
