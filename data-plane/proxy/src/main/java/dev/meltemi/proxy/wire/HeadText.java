package dev.meltemi.proxy.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Text of a head on its way into a buffer: put together in an array that its thread keeps, and copied once. Measured
/// against writing each piece into the buffer, which checks its bounds every time.
final class HeadText {
    private static final int TYPICAL = 1024;
    /// A larger array isn't kept.
    private static final int KEPT = 16 << 10;

    private static final FastThreadLocal<HeadText> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected HeadText initialValue() {
            return new HeadText();
        }
    };

    private byte[] octets = new byte[TYPICAL];
    private int length;

    private HeadText() {}

    /// Empty; the one of before is over.
    static HeadText begin() {
        HeadText text = OF_THREAD.get();
        text.length = 0;
        return text;
    }

    void add(CharSequence text) {
        if (text instanceof AsciiString ascii) {
            append(ascii.array(), ascii.arrayOffset(), ascii.length());
        } else {
            // a character that isn't Latin-1 becomes a question mark, never another octet such as a line's end
            byte[] latin = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            append(latin, 0, latin.length);
        }
    }

    private void append(byte[] from, int offset, int count) {
        if (count > octets.length - length) {
            octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + count));
        }
        System.arraycopy(from, offset, octets, length, count);
        length += count;
    }

    /// @return a buffer with room behind the text for a small body
    ByteBuf copy(ByteBufAllocator allocator) {
        ByteBuf copy = allocator.ioBuffer(Math.max(TYPICAL, length)).writeBytes(octets, 0, length);
        if (octets.length > KEPT) {
            octets = new byte[TYPICAL];
        }
        return copy;
    }
}
