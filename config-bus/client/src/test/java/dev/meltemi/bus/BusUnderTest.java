package dev.meltemi.bus;

import dev.meltemi.schemas.Topic;

/// What the contract tests need of a bus and of whatever carries it.
interface BusUnderTest extends AutoCloseable {
    MeshBus bus();

    /// Another process's access to the same topics.
    MeshBus another();

    /// Deletes the topic and creates it again.
    void replace(Topic<?> topic);

    /// Writes bytes as a foreign tool would.
    /// Of a schema that this process has not learnt yet.
    default int schemaId() {
        return NewerRoutes.NEXT_ID.incrementAndGet();
    }

    void append(Topic<?> topic, String key, byte[] value);

    @Override
    void close();
}
