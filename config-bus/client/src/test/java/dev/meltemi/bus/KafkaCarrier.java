package dev.meltemi.bus;

import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.schemas.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/// Two buses on a broker, under a prefix that no other test uses.
final class KafkaCarrier implements BusUnderTest {
    private final KafkaSettings settings;
    private final KafkaBus bus;
    private final KafkaBus another;

    KafkaCarrier(String bootstrapServers) {
        this.settings = KafkaSettings.of(bootstrapServers, "contract")
                .withPrefix(UUID.randomUUID() + ".")
                .withTopicCheck(Duration.ofMillis(200));
        this.bus = KafkaBus.open(settings);
        this.another = KafkaBus.open(settings);
    }

    @Override
    public MeshBus bus() {
        return bus;
    }

    @Override
    public MeshBus another() {
        return another;
    }

    @Override
    public void replace(Topic<?> topic) {
        var name = topic.on(settings.prefix());
        try (var admin = Admin.create(Map.of("bootstrap.servers", settings.bootstrapServers()))) {
            admin.deleteTopics(List.of(name)).all().get(10, TimeUnit.SECONDS);
            Awaitility.await().until(() -> !admin.listTopics().names().get().contains(name));
        } catch (Exception e) {
            throw new IllegalStateException("deleting " + name, e);
        }
        bus.ensureTopics(List.of(topic));
    }

    @Override
    public void append(Topic<?> topic, String key, byte[] value) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", settings.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic.on(settings.prefix()), key, value))
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("writing to " + topic.name(), e);
        }
    }

    @Override
    public void close() {
        bus.close();
        another.close();
    }
}
