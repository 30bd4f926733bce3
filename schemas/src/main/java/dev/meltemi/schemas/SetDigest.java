package dev.meltemi.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Digest of a set of records that doesn't depend on their order and follows a change in constant time:
/// the sum modulo 2^128 of the first 16 bytes of SHA-256 over key, a zero byte and value.
public record SetDigest(long high, long low, long count) {
    public static final SetDigest EMPTY = new SetDigest(0, 0, 0);

    public SetDigest plus(String key, byte[] value) {
        ByteBuffer hash = hash(key, value);
        long h = hash.getLong();
        long sum = low + hash.getLong(8);
        long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        return new SetDigest(high + h + carry, sum, count + 1);
    }

    public SetDigest minus(String key, byte[] value) {
        ByteBuffer hash = hash(key, value);
        long h = hash.getLong();
        long l = hash.getLong(8);
        long borrow = Long.compareUnsigned(low, l) < 0 ? 1 : 0;
        return new SetDigest(high - h - borrow, low - l, count - 1);
    }

    /// 32 hexadecimal digits, as a cut carries it.
    public String hex() {
        return "%016x%016x".formatted(high, low);
    }

    private static ByteBuffer hash(String key, byte[] value) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            sha.update(key.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0);
            return ByteBuffer.wrap(sha.digest(value));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
