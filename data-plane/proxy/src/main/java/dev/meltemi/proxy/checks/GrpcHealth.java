package dev.meltemi.proxy.checks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The two messages of gRPC's health protocol, `grpc.health.v1.Health/Check`: so little of protobuf that no library is
/// worth it.
///
/// ```
/// request   0x0a length service          field 1, text; left out when empty
/// response  0x08 status                  field 1, varint; 1 is SERVING
/// ```
final class GrpcHealth {
    static final String PATH = "/grpc.health.v1.Health/Check";

    /// A response is two octets behind a prefix of five; more says nothing more.
    private static final int MOST = 64;

    private static final int PREFIX = 5;
    private static final int SERVICE = 0x0a;
    private static final int STATUS = 0x08;
    private static final int SERVING = 1;
    /// Longer names need a second octet for their length.
    private static final int LONGEST_SHORT = 127;

    private final ByteBuf answer = Unpooled.buffer(MOST, MOST);

    static HttpHeaders headers() {
        return new DefaultHttpHeaders()
                .set(HttpHeaderNames.USER_AGENT, "meltemi-health-check")
                .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
                .set(HttpHeaderNames.TE, "trailers");
    }

    /// One message, not compressed.
    static ByteBuf request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteBuf message = Unpooled.buffer();
        if (name.length > 0) {
            message.writeByte(SERVICE);
            if (name.length > LONGEST_SHORT) {
                message.writeByte((name.length & LONGEST_SHORT) | 0x80);
                message.writeByte(name.length >> 7);
            } else {
                message.writeByte(name.length);
            }
            message.writeBytes(name);
        }
        ByteBuf prefix = Unpooled.buffer(PREFIX).writeByte(0).writeInt(message.readableBytes());
        return Unpooled.wrappedBuffer(prefix, message);
    }

    /// @param octets of the answer, the caller's
    void read(ByteBuf octets) {
        answer.writeBytes(octets, octets.readerIndex(), Math.min(octets.readableBytes(), answer.writableBytes()));
    }

    /// @return why it isn't well; null: it is serving
    @Nullable
    String fault(HttpHeaders head, HttpHeaders trailers) {
        String status = trailers.get("grpc-status", head.get("grpc-status", "none"));
        if (!status.equals("0")) {
            return "grpc-status " + status;
        }
        int at = answer.readerIndex() + PREFIX;
        boolean serving = answer.readableBytes() >= PREFIX + 2
                && answer.getByte(at) == STATUS
                && answer.getByte(at + 1) == SERVING;
        return serving ? null : "it isn't SERVING";
    }
}
