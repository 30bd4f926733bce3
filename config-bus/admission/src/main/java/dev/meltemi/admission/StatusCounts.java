package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which statuses have to be written again because their count changed, and when: the full count at once, partial
/// counts at leisure, nothing twice that says the same.
final class StatusCounts {
    /// Of one look: a sidecar that joins changes every status, and they follow a slice a tick.
    private static final int MOST = 250;

    private final Ledger ledger;
    private final Fleet fleet;
    private final Duration deletedShown;
    private final Set<String> changed = new LinkedHashSet<>();
    private final Map<String, TokenBucket> buckets = new HashMap<>();
    private final Map<String, Instant> deletionsDone = new HashMap<>();

    StatusCounts(Ledger ledger, Fleet fleet, Duration deletedShown) {
        this.ledger = ledger;
        this.fleet = fleet;
        this.deletedShown = deletedShown;
    }

    void verdict(String key, Instant now) {
        buckets.put(key, bucket(key, now).afterVerdict(now));
        changed.remove(key);
    }

    void recount(Collection<String> keys) {
        changed.addAll(keys);
    }

    /// New statuses of those keys whose time has come; the others stay for the next tick.
    Map<String, ConfigStatus> due(Collection<String> keys, Instant now) {
        var due = new HashMap<String, ConfigStatus>();
        for (var key : keys) {
            if (due.size() == MOST) {
                break;
            }
            recounted(key, now).ifPresent(status -> due.put(key, status));
        }
        due.forEach((key, status) -> ledger.put(key, new Known(ledger.known(key).inForce(), Optional.of(status))));
        return due;
    }

    Map<String, ConfigStatus> dueOnTick(Instant now) {
        buckets.values().removeIf(bucket -> bucket.isFull(now));
        return due(List.copyOf(changed), now);
    }

    /// Deletions that everybody has applied, or nobody is there to apply, and that were shown long enough.
    List<String> shownDeletions(Instant now) {
        var deleted = ledger.deleted();
        deletionsDone.keySet().retainAll(deleted);
        for (var key : deleted) {
            var applied = fleet.applied(ledger.known(key).accepted());
            if (applied.n() == applied.of()) {
                deletionsDone.putIfAbsent(key, now);
            } else {
                deletionsDone.remove(key);
            }
        }
        return deletionsDone.entrySet().stream()
                .filter(e -> !e.getValue().plus(deletedShown).isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Optional<ConfigStatus> recounted(String key, Instant now) {
        var known = ledger.known(key);
        var before = known.status();
        if (before.isEmpty() || before.get().lastAcceptedOffset() < 0) {
            changed.remove(key);
            return Optional.empty();
        }
        var status = before.get();
        var applied = fleet.applied(status.lastAcceptedOffset());
        if (saysTheSame(applied, status.appliedBy())) {
            changed.remove(key);
            return Optional.empty();
        }
        var bucket = bucket(key, now);
        boolean full = applied.everywhere() && !status.appliedBy().everywhere();
        if (!(full ? bucket.allowsFullCount(now) : bucket.allowsPartialCount(now))) {
            changed.add(key);
            return Optional.empty();
        }
        buckets.put(key, bucket.afterCount(now));
        changed.remove(key);
        return Optional.of(counted(status, applied, now));
    }

    private static ConfigStatus counted(ConfigStatus status, AppliedBy applied, Instant now) {
        return status.counted(Conditions.counted(status, applied, now), applied);
    }

    /// How long a laggard has been silent changes every second; who lags doesn't.
    private static boolean saysTheSame(AppliedBy one, AppliedBy other) {
        return one.n() == other.n() && one.of() == other.of() && names(one).equals(names(other));
    }

    private static List<String> names(AppliedBy applied) {
        return applied.laggards().stream()
                .map(laggard -> laggard.split(" \\(", 2)[0])
                .toList();
    }

    private TokenBucket bucket(String key, Instant now) {
        var bucket = buckets.get(key);
        return bucket == null ? TokenBucket.full(now.minusSeconds(1)) : bucket;
    }
}
