package dev.meltemi.cli;

import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.identity.IssuedCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an operator's command has read of the bus so far. Used by one thread at a time.
final class MeshPicture {
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    /// As people wrote them, whatever admission thinks.
    final Map<String, Version> desired = new TreeMap<>();
    /// In force.
    final Map<String, Version> accepted = new TreeMap<>();
    final Map<String, ConfigStatus> statuses = new TreeMap<>();
    final Map<String, Beat> beats = new TreeMap<>();
    /// By key of `mesh.certificates`.
    final Map<String, IssuedCertificate> certificates = new TreeMap<>();
    final Set<Topic<?>> caughtUp = new HashSet<>();
    private @Nullable Cut cut;
    private Instant newest = Instant.EPOCH;

    record Version(String text, Headers headers, Offset at) {}

    record Beat(Heartbeat heartbeat, Offset at) {}

    Optional<Version> desired(String key) {
        return Optional.ofNullable(desired.get(key));
    }

    Optional<ConfigStatus> status(String key) {
        return Optional.ofNullable(statuses.get(key));
    }

    /// The newest cut, if the route-compiler ever published one.
    Optional<Cut> cut() {
        return Optional.ofNullable(cut);
    }

    /// What ages of heartbeats are measured against: the newest broker time of any record read, so that the clock of
    /// this machine doesn't matter unless it is more than a minute ahead, which can
    /// only mean that everybody is silent.
    Instant reference(Instant here) {
        Instant atLeast = here.minus(CLOCK_SKEW);
        return newest.isAfter(atLeast) ? newest : atLeast;
    }

    void apply(TopicEvent<?> event) {
        switch (event) {
            case TopicEvent.Put<?> put -> {
                seen(put.at());
                put(put.topic(), put.key(), put.value(), put.headers(), put.at());
            }
            case TopicEvent.Delete<?> delete -> {
                seen(delete.at());
                remove(delete.topic(), delete.key());
            }
            case TopicEvent.Poisoned<?> poisoned -> {
                seen(poisoned.at());
                remove(poisoned.topic(), poisoned.key());
            }
            case TopicEvent.CaughtUp<?> there -> caughtUp.add(there.topic());
            case TopicEvent.Replaced<?> replaced -> {
                if (replaced.topic().name().equals(Topics.REVISIONS.name())) {
                    cut = null;
                }
            }
            case TopicEvent.Progress<?> _ -> {}
        }
    }

    private void seen(Offset at) {
        if (at.brokerTime().isAfter(newest)) {
            newest = at.brokerTime();
        }
    }

    private void put(Topic<?> topic, String key, @Nullable Object value, Headers headers, Offset at) {
        switch (value) {
            case byte[] bytes
            when topic.name().equals(Topics.CONFIG.name()) ->
                desired.put(key, new Version(new String(bytes, StandardCharsets.UTF_8), headers, at));
            case String text
            when topic.name().equals(Topics.ACCEPTED.name()) -> accepted.put(key, new Version(text, headers, at));
            case ConfigStatus status -> statuses.put(key, status);
            case Heartbeat heartbeat -> beats.put(key, new Beat(heartbeat, at));
            case IssuedCertificate issued -> certificates.put(key, issued);
            case Cut newer -> cut = newer;
            case null, default -> {}
        }
    }

    private void remove(Topic<?> topic, String key) {
        if (topic.name().equals(Topics.CONFIG.name())) {
            desired.remove(key);
        } else if (topic.name().equals(Topics.ACCEPTED.name())) {
            accepted.remove(key);
        } else if (topic.name().equals(Topics.STATUS.name())) {
            statuses.remove(key);
        } else if (topic.name().equals(Topics.SIDECARS.name())) {
            beats.remove(key);
        } else if (topic.name().equals(Topics.CERTIFICATES.name())) {
            certificates.remove(key);
        }
    }
}
