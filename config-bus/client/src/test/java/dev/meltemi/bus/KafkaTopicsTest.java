package dev.meltemi.bus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the mesh makes of a cluster's topics, and what it says of those that somebody else made.
@Timeout(60)
class KafkaTopicsTest {
    @TempDir
    static Path data;

    private static @Nullable EmbeddedBroker broker;

    private final String prefix = UUID.randomUUID() + ".";

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(BrokerSettings.anyPort(data));
    }

    @AfterAll
    static void stopBroker() {
        requireNonNull(broker).close();
    }

    @Test
    void every_topic_of_the_catalogue_is_created_with_its_settings() throws Exception {
        try (var bus = bus();
                var admin = admin()) {
            bus.ensureTopics(Topics.all());

            assertThat(admin.listTopics().names().get(10, TimeUnit.SECONDS))
                    .containsAll(Topics.all().stream().map(this::nameOf).toList());
            var config = settings(admin, Topics.CONFIG);
            assertThat(config)
                    .containsEntry("cleanup.policy", "compact")
                    .containsEntry("message.timestamp.type", "LogAppendTime")
                    .containsEntry("min.compaction.lag.ms", "3600000")
                    .containsEntry("delete.retention.ms", "604800000")
                    .containsEntry("max.message.bytes", "1048576");
            assertThat(settings(admin, Topics.REJECTED))
                    .containsEntry("cleanup.policy", "delete")
                    .containsEntry("retention.ms", "604800000")
                    .containsEntry("max.message.bytes", "2097152");
        }
    }

    @Test
    void a_config_topic_that_deletes_is_an_error_with_the_command_that_mends_it() throws Exception {
        create(Topics.CONFIG, 1, Map.of("cleanup.policy", "delete", "message.timestamp.type", "LogAppendTime"));

        try (var bus = bus()) {
            assertThatThrownBy(() -> bus.ensureTopics(Topics.all()))
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("topic " + nameOf(Topics.CONFIG))
                    .hasMessageContaining("found cleanup.policy=delete, expected compact")
                    .hasMessageContaining("kafka-configs.sh --bootstrap-server "
                            + requireNonNull(broker).bootstrapServers()
                            + " --alter --entity-type topics --entity-name " + nameOf(Topics.CONFIG)
                            + " --add-config cleanup.policy=compact");
        }
    }

    @Test
    void a_wrong_partition_count_is_an_error_with_what_to_do() throws Exception {
        create(Topics.ROUTES, 3, Map.of("cleanup.policy", "compact", "message.timestamp.type", "LogAppendTime"));

        try (var bus = bus()) {
            assertThatThrownBy(() -> bus.ensureTopics(Topics.all()))
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining(nameOf(Topics.ROUTES) + ": found 3 partitions, expected 8")
                    .hasMessageContaining("kafka-topics.sh");
        }
    }

    @Test
    void records_without_a_key_or_with_a_key_that_is_no_text_are_poisoned() throws Exception {
        try (var bus = bus();
                var producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", requireNonNull(broker).bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            bus.ensureTopics(List.of(Topics.REJECTED));
            var value = "x".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(nameOf(Topics.REJECTED), null, value))
                    .get(10, TimeUnit.SECONDS);
            producer.send(new ProducerRecord<>(nameOf(Topics.REJECTED), new byte[] {(byte) 0xff}, value))
                    .get(10, TimeUnit.SECONDS);

            try (var followed = Followed.of(bus.follow(List.of(Topics.REJECTED)))) {
                var poisoned = followed.untilCaughtUp().stream()
                        .filter(TopicEvent.Poisoned.class::isInstance)
                        .<TopicEvent.Poisoned<?>>map(event -> (TopicEvent.Poisoned<?>) event)
                        .toList();
                assertThat(poisoned)
                        .extracting(TopicEvent.Poisoned::why)
                        .containsExactly("the record has no key", "the key is not UTF-8 text");
                assertThat(poisoned).extracting(TopicEvent.Poisoned::value).containsOnly(value);
            }
        }
    }

    private KafkaBus bus() {
        return KafkaBus.open(KafkaSettings.of(requireNonNull(broker).bootstrapServers(), "topics-test")
                .withPrefix(prefix));
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", requireNonNull(broker).bootstrapServers()));
    }

    private void create(Topic<?> topic, int partitions, Map<String, String> settings) throws Exception {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(nameOf(topic), partitions, (short) 1).configs(settings)))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        }
    }

    private Map<String, String> settings(Admin admin, Topic<?> topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, nameOf(topic));
        var config = admin.describeConfigs(List.of(resource)).all().get(10, TimeUnit.SECONDS);
        return requireNonNull(config.get(resource)).entries().stream()
                .collect(Collectors.toMap(e -> e.name(), e -> String.valueOf(e.value())));
    }

    private String nameOf(Topic<?> topic) {
        return topic.on(prefix);
    }
}
