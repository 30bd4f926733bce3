package dev.meltemi.admission;

import dev.meltemi.resources.analysis.Neighbourhood;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Restore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the warnings in statuses true that speak of other documents: a rule that names a gateway before it exists is
/// warned of it, and the warning goes when the gateway comes. Only what a change touches is looked at again, a part of
/// it at once and the rest tick by tick.
final class Contradictions {
    private static final Logger LOG = LoggerFactory.getLogger(Contradictions.class);

    /// Documents that are looked at in one step: some 10 ms.
    private static final int MOST = 100;

    private final Ledger ledger;
    private final Set<String> touched = new LinkedHashSet<>();
    private Optional<Neighbourhood> known = Optional.empty();

    Contradictions(Ledger ledger) {
        this.ledger = ledger;
    }

    /// A verdict on this key has changed what is in force, or not.
    void look(String key) {
        if (known.isEmpty()) {
            var neighbourhood = new Neighbourhood();
            ledger.inForce().forEach((other, version) -> put(neighbourhood, other, version.text()));
            known = Optional.of(neighbourhood);
            touched.add(key);
        }
        known.ifPresent(neighbourhood -> ledger.known(key)
                .inForce()
                .ifPresentOrElse(
                        version -> touched.addAll(put(neighbourhood, key, version.text())),
                        () -> touched.addAll(neighbourhood.remove(key))));
    }

    private static Set<String> put(Neighbourhood neighbourhood, String key, String text) {
        return key.equals(Restore.KEY) ? Set.of() : neighbourhood.put(key, text);
    }

    /// Statuses with other warnings than before. The ledger knows them.
    Map<String, ConfigStatus> changed() {
        var changed = new TreeMap<String, ConfigStatus>();
        known.ifPresent(neighbourhood -> {
            var now = touched.stream().limit(MOST).toList();
            now.forEach(touched::remove);
            for (var key : now) {
                var before = ledger.known(key);
                before.status()
                        .filter(status -> status.state() == State.Accepted)
                        .map(status -> with(status, across(neighbourhood, key)))
                        .filter(status -> !Optional.of(status).equals(before.status()))
                        .ifPresent(status -> {
                            ledger.put(key, new Known(before.inForce(), Optional.of(status)));
                            changed.put(key, status);
                        });
            }
        });
        return changed;
    }

    /// A hole in an analyzer must not stop admission.
    private static List<Message> across(Neighbourhood neighbourhood, String key) {
        try {
            return neighbourhood.findings(key).stream().map(Refusals::of).toList();
        } catch (RuntimeException | StackOverflowError hole) {
            LOG.error("event=unanalyzable key={}", key, hole);
            return List.of();
        }
    }

    private static ConfigStatus with(ConfigStatus status, List<Message> across) {
        var messages = new ArrayList<Message>();
        status.messages().stream()
                .filter(message -> !Neighbourhood.isAcross(message.code()))
                .forEach(messages::add);
        messages.addAll(across);
        return status.saying(messages);
    }
}
