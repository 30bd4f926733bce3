package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcMessagesTest {
    /// Empty, three octets, 300 octets: their lengths take one, one and two octets of the prefix.
    private static ByteBuf three() {
        return Unpooled.buffer()
                .writeByte(0)
                .writeInt(0)
                .writeByte(1)
                .writeInt(3)
                .writeBytes(new byte[] {9, 9, 9})
                .writeByte(0)
                .writeInt(300)
                .writeZero(300);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 64, 1000})
    void messages_are_counted_however_they_are_cut(int piece) {
        var messages = new GrpcMessages();
        ByteBuf all = three();

        while (all.isReadable()) {
            messages.pass(all.readSlice(Math.min(piece, all.readableBytes())));
        }

        assertThat(GrpcMessages.seen(messages)).isEqualTo(3);
    }
}
