package dev.meltemi.kafka;

import dev.meltemi.schemas.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;

/// Asks a cluster about itself and its topics; changes nothing.
public final class ClusterInspection {
    private final BrokerConnection connection;

    /// @param topics those that exist, by their names in the catalogue
    public record Cluster(String id, int brokers, Optional<Instant> clock, Map<String, Found> topics) {}

    public record Found(
            String topicId,
            List<Long> beginnings,
            List<Long> ends,
            Map<String, String> settings,
            List<String> differences,
            Set<String> rights) {}

    public ClusterInspection(BrokerConnection connection) {
        this.connection = connection;
    }

    /// @throws BrokerException when no broker answers
    public Cluster inspect(List<Topic<?>> topics) {
        var admin = connection.admin();
        var described = admin.describeCluster();
        int brokers = connection.await("listing brokers", described.nodes()).size();
        String id = connection.await("asking for the cluster's id", described.clusterId());
        var existing = connection.await("listing topics", admin.listTopics().names());
        var present = topics.stream()
                .filter(topic -> existing.contains(nameOf(topic)))
                .toList();
        return new Cluster(id, brokers, clock(), found(present));
    }

    /// The leader of a KRaft quorum has caught up with itself at the moment of the answer. Who may not ask, or asks a
    /// broker of another kind, learns nothing.
    private Optional<Instant> clock() {
        try {
            QuorumInfo quorum = connection.await(
                    "asking for the quorum",
                    connection.admin().describeMetadataQuorum().quorumInfo());
            return quorum.voters().stream()
                    .filter(voter -> voter.replicaId() == quorum.leaderId())
                    .flatMap(voter -> voter.lastCaughtUpTimestamp().stream().boxed())
                    .findFirst()
                    .map(Instant::ofEpochMilli);
        } catch (BrokerException e) {
            return Optional.empty();
        }
    }

    /// The member of a consumer group that has partitions, as `client id at host`; empty when there is none, or it may
    /// not be asked.
    public Optional<String> owner(String group) {
        var asked = connection.admin().describeConsumerGroups(List.of(group)).describedGroups();
        return read("asking who leads " + group, Objects.requireNonNull(asked.get(group)))
                .flatMap(described -> described.members().stream()
                        .filter(member -> !member.assignment().topicPartitions().isEmpty())
                        .findFirst())
                .map(member -> member.clientId() + " at " + member.host());
    }

    private Map<String, Found> found(List<Topic<?>> present) {
        if (present.isEmpty()) {
            return Map.of();
        }
        var names = present.stream().map(this::nameOf).toList();
        var descriptions = connection.await(
                "describing the mesh's topics",
                connection
                        .admin()
                        .describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
                        .allTopicNames());
        var configs = configs(names);
        var partitions = descriptions.values().stream()
                .flatMap(topic ->
                        topic.partitions().stream().map(one -> new TopicPartition(topic.name(), one.partition())))
                .toList();
        var beginnings = offsets(partitions, OffsetSpec.earliest());
        var ends = offsets(partitions, OffsetSpec.latest());
        var administration = new TopicAdministration(connection);
        var all = new HashMap<String, Found>();
        for (var topic : present) {
            TopicDescription description = Objects.requireNonNull(descriptions.get(nameOf(topic)));
            var config = Optional.ofNullable(configs.get(nameOf(topic)));
            all.put(
                    topic.name(),
                    new Found(
                            description.topicId().toString(),
                            ofTopic(description, beginnings),
                            ofTopic(description, ends),
                            config.map(one -> settings(topic, one)).orElse(Map.of()),
                            config.map(one -> administration.differences(topic, description, one))
                                    .orElse(List.of()),
                            rights(description)));
        }
        return all;
    }

    /// Empty for a topic whose settings we may not read.
    private Map<String, Config> configs(Collection<String> names) {
        var asked = names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        var answers = new HashMap<String, Config>();
        connection
                .admin()
                .describeConfigs(asked)
                .values()
                .forEach((resource, answer) ->
                        read("reading settings", answer).ifPresent(config -> answers.put(resource.name(), config)));
        return answers;
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec which) {
        var asked = partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> which));
        var answers = connection.admin().listOffsets(asked);
        var offsets = new HashMap<TopicPartition, Long>();
        for (var partition : partitions) {
            read("reading offsets", answers.partitionResult(partition))
                    .ifPresent(answer -> offsets.put(partition, answer.offset()));
        }
        return offsets;
    }

    private <T> Optional<T> read(String doing, KafkaFuture<T> answer) {
        try {
            return Optional.of(connection.await(doing, answer));
        } catch (BrokerException e) {
            return Optional.empty();
        }
    }

    private static List<Long> ofTopic(TopicDescription topic, Map<TopicPartition, Long> offsets) {
        var all = new ArrayList<Long>();
        for (var partition : topic.partitions()) {
            all.add(offsets.getOrDefault(new TopicPartition(topic.name(), partition.partition()), -1L));
        }
        return all;
    }

    private static Map<String, String> settings(Topic<?> topic, Config config) {
        var settings = new TreeMap<String, String>();
        for (var name : TopicAdministration.settings(topic).keySet()) {
            settings.put(name, String.valueOf(config.get(name).value()));
        }
        return settings;
    }

    private static Set<String> rights(TopicDescription topic) {
        Set<AclOperation> operations = topic.authorizedOperations();
        return operations == null
                ? Set.of()
                : operations.stream().map(Enum::name).collect(Collectors.toSet());
    }

    private String nameOf(Topic<?> topic) {
        return topic.on(connection.settings().prefix());
    }
}
