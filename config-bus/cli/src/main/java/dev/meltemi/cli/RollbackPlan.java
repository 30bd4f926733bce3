package dev.meltemi.cli;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which version to publish again.
///
/// @param offset at which it was accepted
/// @param newest offset of the newest accepted change
/// @param current text in force, empty when the newest change deleted it
record RollbackPlan(long offset, String text, long newest, Optional<String> current) {
    private static final String KEPT = "mesh.config.history keeps 30 days";

    /// @param changes of all documents, the oldest first
    /// @param to null: the version before the newest change
    /// @throws CommandFailure when there is no such version, or nothing to do
    static RollbackPlan of(ResourceKey key, List<HistoryChange> changes, @Nullable Long to) {
        var own = changes.stream().filter(change -> change.key().equals(key)).toList();
        String name = Target.shortName(key);
        if (own.isEmpty()) {
            throw refused("there is no accepted change of " + key + " in the history: it never was accepted, or only"
                    + " longer ago than " + KEPT);
        }
        var newest = own.getLast();
        var plan = to == null ? before(name, newest) : at(name, key, own, newest, to);
        if (newest.after().filter(plan.text::equals).isPresent()) {
            throw refused("nothing to do: " + name + " says the same now (offset " + newest.offset() + ") as at offset "
                    + plan.offset);
        }
        return plan;
    }

    private static RollbackPlan before(String name, HistoryChange newest) {
        if (newest.beforeOffset() < 0) {
            throw refused(name + " was created at offset " + newest.offset()
                    + ", there is nothing before it; `meltemi delete " + name + "` takes it away");
        }
        return newest.before()
                .map(text -> new RollbackPlan(newest.beforeOffset(), text, newest.offset(), newest.after()))
                .orElseThrow(() -> gone(name, newest.beforeOffset()));
    }

    private static RollbackPlan at(
            String name, ResourceKey key, List<HistoryChange> own, HistoryChange newest, long to) {
        var texts = new TreeMap<Long, String>();
        for (var change : own) {
            change.before().ifPresent(text -> texts.put(change.beforeOffset(), text));
            change.after().ifPresent(text -> texts.put(change.offset(), text));
        }
        String text = texts.get(to);
        if (text != null) {
            return new RollbackPlan(to, text, newest.offset(), newest.after());
        }
        if (own.stream()
                .anyMatch(change -> change.offset() == to && change.after().isEmpty())) {
            throw refused("offset " + to + " deleted " + name + "; `meltemi delete " + name + "` does that again");
        }
        if (own.stream().anyMatch(change -> change.beforeOffset() == to)
                || to < own.getFirst().offset()) {
            throw gone(name, to);
        }
        throw refused("no version of " + key + " was accepted at offset " + to + "; there are "
                + String.join(", ", texts.keySet().stream().map(String::valueOf).toList()));
    }

    private static CommandFailure gone(String name, long offset) {
        return refused("the text of " + name + " at offset " + offset + " is no longer known (" + KEPT
                + "); `meltemi history " + name + "` shows what is left");
    }

    private static CommandFailure refused(String why) {
        return new CommandFailure(ExitCode.DATA, why);
    }

    boolean isInForce() {
        return current.isPresent();
    }

    /// What must be in force for the rollback to be taken: somebody's newer change isn't lost.
    long ifVersion() {
        return isInForce() ? newest : -1;
    }
}
