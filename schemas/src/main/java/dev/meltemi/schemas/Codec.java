package dev.meltemi.schemas;

/// The bytes of a topic's values. Encoding is deterministic: equal values give equal bytes, because digests are made of
/// them.
public interface Codec<V> {
    byte[] encode(V value);

    /// @throws MalformedRecordException when the bytes are not such a value; never another exception, whatever the
    /// bytes
    V decode(byte[] bytes) throws MalformedRecordException;
}
