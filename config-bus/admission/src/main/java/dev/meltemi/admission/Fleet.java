package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which sidecars live and what they run, from their heartbeats. Counts in the time of the few offsets that a fleet
/// is at, however many sidecars and documents there are.
///
/// Silence is measured twice: on this process's own stopwatch, which stands still while nobody looks at it (a long
/// pause of this process or its broker makes nobody dead, and a new judge begins at nought), and between broker times
/// of different sidecars (one whose heartbeat is as new as the others' lives, however late they all arrive).
final class Fleet {
    /// More names than anybody reads.
    private static final int MOST_LAGGARDS = 10;
    /// A sidecar that runs nothing, or something of another topic.
    private static final long NOTHING = -1;

    private final Duration lease;
    private final Map<String, Sighting> alive = new HashMap<>();
    private final Map<String, String> newestOfName = new HashMap<>();
    private final NavigableMap<Long, TreeSet<String>> byOffset = new TreeMap<>();
    private String topicId = "";
    private Instant newest = Instant.MIN;
    private Duration stopwatch = Duration.ZERO;

    /// @param ran topic id of `mesh.config` whose revision it runs
    /// @param reached offset there
    /// @param at broker time of its newest heartbeat
    /// @param heard on the stopwatch
    private record Sighting(String ran, long reached, Instant at, Duration heard) {}

    /// What one heartbeat changed.
    sealed interface Change {
        /// Documents accepted after `before` up to `now` have one more, or one less when it went back.
        record Moved(long before, long now) implements Change {}

        /// Everybody's total.
        record Membership() implements Change {}

        record Nothing() implements Change {}
    }

    /// @param lease silence after which a sidecar no longer counts
    Fleet(Duration lease) {
        this.lease = lease;
    }

    /// From now on offsets are those of this `mesh.config`: who runs another topic's revision runs nothing of it.
    void countBy(String newTopicId) {
        if (!topicId.equals(newTopicId)) {
            topicId = newTopicId;
            byOffset.clear();
            alive.forEach((instance, sighting) -> place(instance, offset(sighting)));
        }
    }

    Change heard(Heartbeat heartbeat, Instant at) {
        var instance = heartbeat.getInstance();
        if (isSuperseded(instance)) {
            return new Change.Nothing();
        }
        newest = at.isAfter(newest) ? at : newest;
        var now = new Sighting(heartbeat.getTopicId(), heartbeat.getConfigOffset(), at, stopwatch);
        var before = Optional.ofNullable(alive.put(instance, now));
        before.ifPresent(sighting -> unplace(instance, offset(sighting)));
        place(instance, offset(now));
        return before.<Change>map(sighting -> offset(sighting) == offset(now)
                        ? new Change.Nothing()
                        : new Change.Moved(offset(sighting), offset(now)))
                .orElseGet(Change.Membership::new);
    }

    /// @return whether it was among the living
    boolean gone(String instance) {
        var last = Optional.ofNullable(alive.remove(instance));
        last.ifPresent(sighting -> unplace(instance, offset(sighting)));
        newestOfName.remove(name(instance), instance);
        return last.isPresent();
    }

    /// @param elapsed since the last look, at most what a look is expected to take
    /// @return whether somebody fell silent
    boolean look(Duration elapsed) {
        stopwatch = stopwatch.plus(elapsed);
        boolean everybodySilent = alive.values().stream().allMatch(this::unheard);
        var silent = alive.entrySet().stream()
                .filter(e -> unheard(e.getValue()))
                .filter(e -> everybodySilent || isOld(e.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        silent.forEach(this::gone);
        return !silent.isEmpty();
    }

    AppliedBy applied(long accepted) {
        int n = byOffset.tailMap(accepted, true).values().stream()
                .mapToInt(TreeSet::size)
                .sum();
        return new AppliedBy(n, alive.size(), laggards(accepted, alive.size() - n));
    }

    /// The newest offset that every living sidecar has reached, -1 without one.
    long everywhere() {
        return byOffset.isEmpty() ? NOTHING : byOffset.firstKey();
    }

    int size() {
        return alive.size();
    }

    private List<String> laggards(long accepted, int all) {
        if (all == 0) {
            return List.of();
        }
        var names = new ArrayList<String>();
        byOffset.headMap(accepted, false).values().stream()
                .flatMap(TreeSet::stream)
                .limit(MOST_LAGGARDS)
                .map(this::described)
                .forEach(names::add);
        if (all > names.size()) {
            names.add("and %d more".formatted(all - names.size()));
        }
        return List.copyOf(names);
    }

    private String described(String instance) {
        var sighting = alive.get(instance);
        if (sighting == null) {
            throw new IllegalStateException(instance + " has a place but isn't alive");
        }
        var where = offset(sighting) == NOTHING ? "without a revision" : "at offset " + offset(sighting);
        return "%s (%s, last seen %d s ago)"
                .formatted(instance, where, stopwatch.minus(sighting.heard()).toSeconds());
    }

    /// An instance id is a stable name and the time of its start: a newer start says that the older one is over.
    private boolean isSuperseded(String instance) {
        var name = name(instance);
        var known = newestOfName.getOrDefault(name, instance);
        // start times in ms have the same number of digits until the year 2286
        if (known.compareTo(instance) > 0) {
            return true;
        }
        if (!known.equals(instance)) {
            gone(known);
        }
        newestOfName.put(name, instance);
        return false;
    }

    private static String name(String instance) {
        int tilde = instance.lastIndexOf('~');
        return tilde < 0 ? instance : instance.substring(0, tilde);
    }

    private boolean unheard(Sighting sighting) {
        return stopwatch.minus(sighting.heard()).compareTo(lease) > 0;
    }

    private boolean isOld(Sighting sighting) {
        return Duration.between(sighting.at(), newest).compareTo(lease) > 0;
    }

    private long offset(Sighting sighting) {
        return sighting.ran().equals(topicId) ? sighting.reached() : NOTHING;
    }

    private void place(String instance, long offset) {
        byOffset.computeIfAbsent(offset, none -> new TreeSet<>()).add(instance);
    }

    private void unplace(String instance, long offset) {
        byOffset.computeIfPresent(offset, (at, instances) -> {
            instances.remove(instance);
            return instances.isEmpty() ? null : instances;
        });
    }
}
