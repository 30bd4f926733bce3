package dev.meltemi.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Counts the messages of gRPC that pass in one direction, however they are cut into pieces: five octets before each
/// say how long it is (gRPC over HTTP/2, Length-Prefixed-Message). A message counts once its length is known, as
/// Envoy's `grpc_stats` does.
final class GrpcMessages {
    private static final int PREFIX = 5;

    private long seen;
    /// Octets of the prefix that have come, the first being the flag of compression.
    private int prefixed;
    private long length;
    /// Octets of the message that are still to come.
    private long left;

    /// @return 0 for what isn't a call of gRPC
    static long seen(@Nullable GrpcMessages messages) {
        return messages == null ? 0 : messages.seen;
    }

    /// Reads without moving the reader.
    void pass(ByteBuf octets) {
        int at = octets.readerIndex();
        int end = octets.writerIndex();
        while (at < end) {
            if (left > 0) {
                int skipped = (int) Math.min(left, end - at);
                left -= skipped;
                at += skipped;
                continue;
            }
            length = prefixed == 0 ? 0 : length << 8 | octets.getUnsignedByte(at);
            at++;
            if (++prefixed == PREFIX) {
                seen++;
                left = length;
                prefixed = 0;
            }
        }
    }
}
