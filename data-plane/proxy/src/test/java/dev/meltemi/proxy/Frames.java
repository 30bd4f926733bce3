package dev.meltemi.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// WebSocket frames as a caller sends them (RFC 6455, 5.2), right or wrong, one behind the other.
final class Frames {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    private static final int FIN = 0x80;
    private static final byte[] MASK = {0x12, (byte) 0xfe, 0x00, 0x5a};

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static Frames of() {
        return new Frames();
    }

    Frames text(String text) {
        return frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    Frames binary(int octets) {
        return frame(FIN | BINARY, octets(octets));
    }

    /// One that isn't the last of its message.
    Frames part(int opcode, byte[] payload) {
        return frame(opcode, payload);
    }

    Frames last(byte[] payload) {
        return frame(FIN | CONTINUATION, payload);
    }

    Frames control(int opcode, byte[] payload) {
        return frame(FIN | opcode, payload);
    }

    Frames close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return frame(
                FIN | CLOSE,
                ByteBuffer.allocate(2 + text.length)
                        .putShort((short) code)
                        .put(text)
                        .array());
    }

    /// Masked, as a client's frames have to be.
    Frames frame(int first, byte[] payload) {
        head(first, payload.length, 0x80);
        out.writeBytes(MASK);
        byte[] masked = new byte[payload.length];
        for (int i = 0; i < payload.length; i++) {
            masked[i] = (byte) (payload[i] ^ MASK[i % 4]);
        }
        out.writeBytes(masked);
        return this;
    }

    Frames unmasked(String text) {
        head(FIN | TEXT, text.length(), 0);
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Frames raw(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    private void head(int first, int length, int masked) {
        out.write(first);
        if (length < 126) {
            out.write(masked | length);
        } else if (length < 65536) {
            out.write(masked | 126);
            out.write(length >> 8);
            out.write(length);
        } else {
            out.write(masked | 127);
            out.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
        }
    }

    /// Octets of which no two neighbouring pieces are alike.
    static byte[] octets(int count) {
        byte[] all = new byte[count];
        for (int i = 0; i < count; i++) {
            all[i] = (byte) (i * 31 + (i >> 8));
        }
        return all;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
