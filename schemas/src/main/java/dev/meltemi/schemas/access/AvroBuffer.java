package dev.meltemi.schemas.access;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Bytes in Avro's binary encoding (Avro 1.12 specification, "Binary Encoding"), in a buffer that is used again.
final class AvroBuffer {
    /// A varint of 64 bits is at most this long.
    private static final int LONGEST_NUMBER = 10;

    private byte[] bytes = new byte[1024];
    private int length;

    void clear() {
        length = 0;
    }

    /// The Confluent frame before the body.
    void schema(int id) {
        reserve(5);
        bytes[length++] = 0;
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (id >>> shift);
        }
    }

    void raw(byte[] part) {
        reserve(part.length);
        System.arraycopy(part, 0, bytes, length, part.length);
        length += part.length;
    }

    /// Avro's int and long: zigzag, then seven bits a byte, low ones first.
    void number(long value) {
        reserve(LONGEST_NUMBER);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    /// Null is written as the empty string: the event has no unions, because not every tool reads them.
    void text(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            number(0);
            return;
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        number(utf8.length);
        raw(utf8);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
