package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Codec;
import dev.meltemi.schemas.Topic;

/// Bytes on a topic whose codec would never write them.
final class Garbage implements Codec<byte[]> {
    private static final Codec<byte[]> AS_IS = new Garbage();

    private Garbage() {}

    static Write<byte[]> put(Topic<?> topic, String key, byte[] bytes) {
        var raw = new Topic<>(
                topic.name(),
                topic.retention(),
                topic.partitions(),
                AS_IS,
                topic.writers(),
                topic.readers(),
                topic.maxBytes(),
                topic.about());
        return Write.put(raw, key, bytes);
    }

    @Override
    public byte[] encode(byte[] value) {
        return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
        return bytes;
    }
}
