package dev.meltemi.bus;

import dev.meltemi.kafka.AccessAdministration;
import dev.meltemi.kafka.BrokerConnection;
import dev.meltemi.kafka.BrokerException;
import dev.meltemi.kafka.ClusterInspection;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.kafka.Leadership;
import dev.meltemi.kafka.LogReader;
import dev.meltemi.kafka.Publisher;
import dev.meltemi.kafka.StartAt;
import dev.meltemi.kafka.TopicAdministration;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/// The bus on a Kafka cluster.
public final class KafkaBus implements MeshBus {
    private final BrokerConnection connection;
    private final Publisher publisher;
    private final TopicIds topicIds;
    private final SchemaSearch schemas;
    private final Sinks.Empty<Void> closing = Sinks.empty();

    private KafkaBus(BrokerConnection connection) {
        this.connection = connection;
        this.publisher = new Publisher(connection);
        this.topicIds = new TopicIds(connection);
        this.schemas = new SchemaSearch(connection);
    }

    /// Connects when it is first used.
    public static KafkaBus open(KafkaSettings settings) {
        return new KafkaBus(new BrokerConnection(settings));
    }

    @Override
    public void requireReachable() {
        try {
            connection.requireReachable();
        } catch (BrokerException e) {
            throw busException(e);
        }
    }

    @Override
    public Flux<TopicEvent<?>> follow(List<Topic<?>> topics) {
        return read(topics, new StartAt.Beginning());
    }

    @Override
    public Flux<TopicEvent<?>> tail(List<Topic<?>> topics, @Nullable Instant since) {
        return read(topics, since == null ? new StartAt.End() : new StartAt.Since(since));
    }

    private Flux<TopicEvent<?>> read(List<Topic<?>> topics, StartAt start) {
        var form = new KafkaRecords(topics, connection.settings().prefix(), schemas::learns);
        return LogReader.read(connection, form.names(), start)
                .doOnNext(topicIds::learn)
                .<TopicEvent<?>>map(form::event)
                .takeUntilOther(closing.asMono())
                .onErrorMap(BrokerException.class, KafkaBus::busException);
    }

    @Override
    public Mono<Offset> publish(Write<?> write) {
        var record = KafkaRecords.record(write, connection.settings().prefix());
        return Mono.fromCallable(() -> topicIds.of(record.topic()))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(id -> publisher.send(record).map(written -> KafkaRecords.offset(written, id)))
                .onErrorMap(BrokerException.class, KafkaBus::busException);
    }

    @Override
    public FencedWriter fencedWriter(String name) {
        try {
            return KafkaFencedWriter.open(connection, name, topicIds);
        } catch (BrokerException e) {
            throw busException(e);
        }
    }

    @Override
    public Flux<Boolean> leadership(String service) {
        var prefix = connection.settings().prefix();
        return Leadership.of(connection, Topics.CONFIG.on(prefix), prefix + service)
                .takeUntilOther(closing.asMono());
    }

    @Override
    public Optional<String> leader(String service) {
        return new ClusterInspection(connection).owner(connection.settings().prefix() + service);
    }

    @Override
    public void ensureTopics(List<Topic<?>> topics) {
        try {
            new TopicAdministration(connection).ensure(topics);
        } catch (BrokerException e) {
            throw busException(e);
        }
    }

    @Override
    public BusState inspect(List<Topic<?>> topics) {
        try {
            var cluster = new ClusterInspection(connection).inspect(topics);
            return new BusState(
                    cluster.id(),
                    cluster.brokers(),
                    cluster.clock(),
                    topics.stream()
                            .map(topic -> state(topic, cluster.topics().get(topic.name())))
                            .toList());
        } catch (BrokerException e) {
            throw busException(e);
        }
    }

    private static BusState.TopicState state(Topic<?> topic, ClusterInspection.@Nullable Found found) {
        return found == null
                ? BusState.TopicState.missing(topic)
                : new BusState.TopicState(
                        topic,
                        found.topicId(),
                        found.beginnings(),
                        found.ends(),
                        found.settings(),
                        found.differences(),
                        found.rights());
    }

    @Override
    public AccessLists accessLists() {
        return new KafkaAccessLists(new AccessAdministration(connection));
    }

    @Override
    public void close() {
        closing.tryEmitEmpty();
        publisher.close();
        connection.close();
    }

    static BusException busException(BrokerException e) {
        return new BusException(String.valueOf(e.getMessage()), e);
    }
}
