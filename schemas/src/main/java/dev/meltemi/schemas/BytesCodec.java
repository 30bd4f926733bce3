package dev.meltemi.schemas;

/// Bytes as they came, for topics on which people may write anything.
final class BytesCodec implements Codec<byte[]> {
    @Override
    public byte[] encode(byte[] value) {
        return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
        return bytes;
    }
}
