package dev.meltemi.registry;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topic;
import reactor.core.publisher.Mono;

/// The part of a Confluent schema registry that readers need, served from `mesh.schemas`: Flink, ClickHouse, kcat
/// and the usual clients read telemetry with it. Ids are fixed in the repository, so nothing can be registered over
/// HTTP.
public final class Registry implements AutoCloseable {
    private final SchemaServer server;
    private final SchemaTopic topic;

    private Registry(SchemaServer server, SchemaTopic topic) {
        this.server = server;
        this.topic = topic;
    }

    /// Publishes the released schemas that `mesh.schemas` lacks, and answers from what stands there.
    ///
    /// @param port 0 for any free one
    /// @throws dev.meltemi.bus.BusException when the port is taken
    public static Registry start(MeshBus bus, String bindAddress, int port) {
        return start(bus, bindAddress, port, Topic.DEFAULT_PREFIX);
    }

    /// @param prefix of the mesh's topics, with which subjects begin too
    public static Registry start(MeshBus bus, String bindAddress, int port, String prefix) {
        var schemas = new Schemas();
        var topic = SchemaTopic.follow(bus, prefix, schemas);
        try {
            return new Registry(SchemaServer.start(schemas, bindAddress, port), topic);
        } catch (RuntimeException e) {
            topic.close();
            throw e;
        }
    }

    /// Completes when every schema of this version stands on `mesh.schemas`. Whoever writes with them waits for it, so
    /// that readers of an older version find what they meet.
    public Mono<Void> published() {
        return topic.published();
    }

    /// The port it listens on.
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
        topic.close();
    }
}
