package dev.meltemi.registry;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.SchemaIds;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.registry.RegisteredSchema;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// The follower of `mesh.schemas`. When it has caught up it publishes the released schemas that are not there; what
/// it reads back is what is served.
final class SchemaTopic implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaTopic.class);

    private final MeshBus bus;
    private final String prefix;
    private final Schemas schemas;
    /// What stands on the topic; a topic that was created again has nothing.
    private final Set<RegisteredSchema> standing = ConcurrentHashMap.newKeySet();

    private final Sinks.Empty<Void> published = Sinks.empty();
    private final Disposable.Swap following = reactor.core.Disposables.swap();

    private SchemaTopic(MeshBus bus, String prefix, Schemas schemas) {
        this.bus = bus;
        this.prefix = prefix;
        this.schemas = schemas;
    }

    static SchemaTopic follow(MeshBus bus, String prefix, Schemas schemas) {
        var topic = new SchemaTopic(bus, prefix, schemas);
        topic.following.update(bus.follow(List.of(Topics.SCHEMAS))
                .concatMap(topic::happened)
                .subscribe(
                        offset -> {},
                        failure -> LOG.error(
                                "schemas_not_followed topic={} failure=\"{}\" next=\"the registry serves what it knows;"
                                        + " restart it\"",
                                Topics.SCHEMAS.on(prefix),
                                failure.getMessage())));
        return topic;
    }

    /// Writes that follow from the event, done before the next event is looked at.
    private Flux<?> happened(TopicEvent<?> event) {
        return switch (event) {
            case TopicEvent.Put<?> put
            when put.value() instanceof RegisteredSchema schema -> {
                schemas.put(schema);
                standing.add(schema);
                yield Flux.empty();
            }
            case TopicEvent.Poisoned<?> poisoned -> {
                LOG.warn("schema_unreadable key={} at={} why=\"{}\"", poisoned.key(), poisoned.at(), poisoned.why());
                yield Flux.empty();
            }
            case TopicEvent.CaughtUp<?> _ -> publishMissing();
            case TopicEvent.Replaced<?> _ -> {
                standing.clear();
                yield Flux.empty();
            }
            case TopicEvent.Put<?> _, TopicEvent.Delete<?> _, TopicEvent.Progress<?> _ -> Flux.empty();
        };
    }

    private Flux<?> publishMissing() {
        return Flux.fromIterable(SchemaIds.all())
                .map(this::record)
                .filter(released -> !standing.contains(released))
                .concatMap(released -> bus.publish(
                        Write.put(Topics.SCHEMAS, released.getSubject() + "/" + released.getVersion(), released)))
                .doOnComplete(published::tryEmitEmpty)
                .onErrorResume(failure -> {
                    LOG.warn("schemas_not_published failure=\"{}\"", failure.getMessage());
                    return Flux.empty();
                });
    }

    private RegisteredSchema record(SchemaIds.Registered released) {
        return RegisteredSchema.newBuilder()
                .setSubject(released.subject(prefix))
                .setId(released.id())
                .setVersion(released.version())
                .setDefinition(released.json())
                .build();
    }

    /// Completes when every released schema stands on the topic.
    Mono<Void> published() {
        return published.asMono();
    }

    @Override
    public void close() {
        following.dispose();
    }
}
