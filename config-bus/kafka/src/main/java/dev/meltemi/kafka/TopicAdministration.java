package dev.meltemi.kafka;

import dev.meltemi.schemas.Retention;
import dev.meltemi.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Makes a cluster's topics what the catalogue says. It never changes what exists: that may be somebody's only copy.
public final class TopicAdministration {
    private static final int MOST_REPLICAS = 3;
    private static final Duration COMPACTION_LAG = Duration.ofHours(1);
    private static final Duration TOMBSTONES_STAY = Duration.ofDays(7);

    private static final Duration VISIBLE_AGAIN = Duration.ofMillis(10);

    private final BrokerConnection connection;

    public TopicAdministration(BrokerConnection connection) {
        this.connection = connection;
    }

    /// Creates what is missing, and compares what is there.
    ///
    /// @throws BrokerException that names each difference, with what was found and expected and the command that
    /// mends it; or an unreachable broker
    public void ensure(List<Topic<?>> topics) {
        var admin = connection.admin();
        int brokers = connection.brokers();
        var existing = connection.await("listing topics", admin.listTopics().names());
        var missing = topics.stream()
                .filter(topic -> !existing.contains(nameOf(topic)))
                .toList();
        create(missing, (short) Math.min(MOST_REPLICAS, Math.max(1, brokers)));
        check(topics.stream().filter(topic -> existing.contains(nameOf(topic))).toList());
    }

    private void create(List<Topic<?>> missing, short replicas) {
        var wanted = missing.stream()
                .map(topic ->
                        new NewTopic(nameOf(topic), topic.partitions(), replicas).configs(settings(topic, replicas)))
                .toList();
        if (wanted.isEmpty()) {
            return;
        }
        connection.admin().createTopics(wanted).values().forEach((name, created) -> {
            try {
                connection.await("creating topic " + name, created);
            } catch (BrokerException e) {
                if (!(e.getCause() instanceof TopicExistsException)) { // another process was as quick
                    throw e;
                }
            }
        });
        awaitVisible(wanted.stream().map(NewTopic::name).toList());
    }

    /// The controller knows a new topic a moment before the brokers do; until then nobody can use it.
    private void awaitVisible(List<String> created) {
        long until = System.nanoTime() + connection.settings().patience().toNanos();
        while (!isVisible(created, until)) {
            LockSupport.parkNanos(VISIBLE_AGAIN.toNanos());
        }
    }

    private boolean isVisible(List<String> created, long until) {
        try {
            return connection.describe(created).values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .noneMatch(partition -> partition.leader() == null && System.nanoTime() < until);
        } catch (BrokerException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException && System.nanoTime() < until) {
                return false;
            }
            throw e;
        }
    }

    private void check(List<Topic<?>> present) {
        if (present.isEmpty()) {
            return;
        }
        var names = present.stream().map(this::nameOf).toList();
        var descriptions = connection.describe(names);
        var resources = names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        var configs = connection.await(
                "reading topic settings",
                connection.admin().describeConfigs(resources).all());
        var differences = new ArrayList<String>();
        for (var topic : present) {
            var name = nameOf(topic);
            var config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, name));
            differences.addAll(
                    differences(topic, Objects.requireNonNull(descriptions.get(name)), Objects.requireNonNull(config)));
        }
        if (!differences.isEmpty()) {
            throw new BrokerException("topics at " + connection.settings().bootstrapServers()
                    + " aren't what the mesh needs:\n  " + String.join("\n  ", differences));
        }
    }

    /// What of an existing topic isn't as the catalogue wants it, each with how to mend it.
    List<String> differences(Topic<?> topic, TopicDescription found, Config config) {
        var differences = new ArrayList<String>();
        wrongPartitions(topic, found).ifPresent(differences::add);
        differences.addAll(wrongSettings(topic, config));
        return differences;
    }

    private Optional<String> wrongPartitions(Topic<?> topic, TopicDescription found) {
        int count = found.partitions().size();
        if (count == topic.partitions()) {
            return Optional.empty();
        }
        return Optional.of("topic " + nameOf(topic) + ": found " + partitions(count) + ", expected "
                + topic.partitions()
                + " (keys would move, so a count never changes); next: save its records, then kafka-topics.sh"
                + " --bootstrap-server " + connection.settings().bootstrapServers() + " --delete --topic "
                + nameOf(topic) + " and start again: it is created anew");
    }

    private List<String> wrongSettings(Topic<?> topic, Config found) {
        var wrong = new ArrayList<String>();
        for (var name : List.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)) {
            var expected = settings(topic).get(name);
            var is = found.get(name).value();
            if (!is.equals(expected)) {
                wrong.add("topic " + nameOf(topic) + ": found " + name + "=" + is + ", expected " + expected
                        + "; next: kafka-configs.sh --bootstrap-server "
                        + connection.settings().bootstrapServers()
                        + " --alter --entity-type topics --entity-name " + nameOf(topic) + " --add-config " + name + "="
                        + (is.contains(",") || String.valueOf(expected).contains(",")
                                ? "[" + expected + "]"
                                : expected));
            }
        }
        return wrong;
    }

    /// With three replicas a record is acknowledged when two have it: one may be lost, and nothing acknowledged is.
    private static Map<String, String> settings(Topic<?> topic, short replicas) {
        var all = settings(topic);
        if (replicas >= MOST_REPLICAS) {
            all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(replicas - 1));
        }
        return all;
    }

    static Map<String, String> settings(Topic<?> topic) {
        var all = new LinkedHashMap<String, String>();
        all.put(TopicConfig.CLEANUP_POLICY_CONFIG, policy(topic.retention()));
        all.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        all.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(topic.maxBytes()));
        switch (topic.retention()) {
            case Retention.Compacted() -> all.putAll(compaction());
            case Retention.Deleted(var after) -> all.put(TopicConfig.RETENTION_MS_CONFIG, millis(after));
            case Retention.CompactedAndDeleted(var after) -> {
                all.putAll(compaction());
                all.put(TopicConfig.RETENTION_MS_CONFIG, millis(after));
            }
        }
        return all;
    }

    private static Map<String, String> compaction() {
        return Map.of(
                TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG, millis(COMPACTION_LAG),
                TopicConfig.DELETE_RETENTION_MS_CONFIG, millis(TOMBSTONES_STAY));
    }

    private static String policy(Retention retention) {
        return switch (retention) {
            case Retention.Compacted() -> "compact";
            case Retention.Deleted _ -> "delete";
            case Retention.CompactedAndDeleted _ -> "compact,delete";
        };
    }

    private static String millis(Duration time) {
        return Long.toString(time.toMillis());
    }

    private static String partitions(int count) {
        return count == 1 ? "1 partition" : count + " partitions";
    }

    private String nameOf(Topic<?> topic) {
        return topic.on(connection.settings().prefix());
    }
}
