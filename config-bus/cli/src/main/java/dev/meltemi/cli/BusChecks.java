package dev.meltemi.cli;

import dev.meltemi.bus.BusState;
import dev.meltemi.bus.BusState.TopicState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Of the broker and its topics.
final class BusChecks {
    private static final String KAFKA = "kafka";
    /// Ages of heartbeats and certificates are told wrongly by more than that.
    private static final Duration NOTICEABLE = Duration.ofSeconds(2);
    /// Kafka's own limits and certificates begin to fail.
    private static final Duration HARMFUL = Duration.ofMinutes(1);

    private BusChecks() {}

    /// @param installed false before the mesh is there: topics may be missing, because control services create them
    static List<Check> of(BusState bus, Instant now, boolean installed) {
        var checks = new ArrayList<Check>();
        checks.add(Check.ok(KAFKA, "a broker answers (" + bus.brokers() + " in cluster " + bus.clusterId() + ")"));
        checks.add(clock(bus, now));
        checks.add(existing(bus, installed));
        checks.add(settings(bus));
        checks.add(rights(bus));
        return checks;
    }

    static Check unreachable(String why) {
        return Check.error(
                KAFKA, "a broker answers", why, "start one with `meltemi broker`, or name it: --bootstrap-servers");
    }

    private static Check clock(BusState bus, Instant now) {
        String description = "this machine's clock agrees with the broker's";
        if (bus.clock().isEmpty()) {
            return Check.warning(
                    KAFKA, description, "the broker doesn't tell its time", "grant Describe on the cluster to compare");
        }
        var skew = Duration.between(bus.clock().get(), now).abs();
        String error = "they differ by " + DurationText.of(skew);
        String hint = "synchronise them (chrony, systemd-timesyncd)";
        return skew.compareTo(HARMFUL) > 0
                ? Check.error(KAFKA, description, error, hint)
                : skew.compareTo(NOTICEABLE) > 0
                        ? Check.warning(KAFKA, description, error, hint)
                        : Check.ok(KAFKA, description);
    }

    private static Check existing(BusState bus, boolean installed) {
        String description = "the mesh's topics exist";
        var missing = bus.topics().stream()
                .filter(topic -> !topic.exists())
                .map(topic -> topic.topic().name())
                .toList();
        String error = "missing: " + String.join(", ", missing);
        String hint = "`meltemi topics create` makes them, as `meltemi control` does";
        return missing.isEmpty()
                ? Check.ok(KAFKA, description)
                : installed
                        ? Check.error(KAFKA, description, error, hint)
                        : Check.warning(KAFKA, description, error, hint);
    }

    private static Check settings(BusState bus) {
        String description = "topics are compacted and kept as the catalogue wants";
        var differences = bus.topics().stream()
                .flatMap(topic -> topic.differences().stream())
                .toList();
        return differences.isEmpty()
                ? Check.ok(KAFKA, description)
                : Check.error(
                        KAFKA,
                        description,
                        String.join("\n", differences),
                        "a config topic that is deleted by age loses rules");
    }

    private static Check rights(BusState bus) {
        String description = "we may read the mesh's topics and write rules";
        var lacking = new ArrayList<String>();
        for (TopicState topic : bus.topics()) {
            if (topic.exists() && !topic.rights().isEmpty()) {
                if (!topic.rights().contains("READ") && !topic.rights().contains("ALL")) {
                    lacking.add("READ of " + topic.topic().name());
                }
                if (topic.topic().name().equals("config")
                        && !topic.rights().contains("WRITE")
                        && !topic.rights().contains("ALL")) {
                    lacking.add("WRITE of config");
                }
            }
        }
        return lacking.isEmpty()
                ? Check.ok(KAFKA, description)
                : Check.warning(
                        KAFKA,
                        description,
                        "not allowed: " + String.join(", ", lacking),
                        "`meltemi topics acl` prints the rights of each role; --credentials says who asks");
    }
}
