package dev.meltemi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2FrameTypes;

/// Hands a caller's frames to Netty's reader one by one, and so knows of each what it is and how long, also of those
/// that never reach a listener. Only whole frames go through: what isn't whole waits where it is, no longer than a
/// frame may be.
final class Http2Gate implements Http2FrameReader {
    /// Of a frame without its payload.
    static final int FRAME_HEAD = 9;

    private static final int TYPE_AT = 3;
    private static final int FLAGS_AT = 4;
    private static final int END_HEADERS = 0x4;

    private final Http2FrameReader reader;
    private final Http2Floods floods;
    private boolean fields;
    private boolean inBlock;
    private boolean partial;
    private boolean broken;
    private long octets;

    Http2Gate(Http2FrameReader reader, Http2Floods floods) {
        this.reader = reader;
        this.floods = floods;
    }

    @Override
    public void readFrame(ChannelHandlerContext context, ByteBuf input, Http2FrameListener listener)
            throws Http2Exception {
        partial = false;
        while (!broken && input.readableBytes() >= FRAME_HEAD) {
            int start = input.readerIndex();
            int length = input.getUnsignedMedium(start);
            if (length > reader.configuration().frameSizePolicy().maxFrameSize()) {
                break;
            }
            if (input.readableBytes() < FRAME_HEAD + length) {
                partial = input.getByte(start + TYPE_AT) != Http2FrameTypes.DATA;
                return;
            }
            one(context, input, listener, start, length);
        }
        if (broken || input.readableBytes() >= FRAME_HEAD) {
            // it drops the rest, or says that this frame is too long
            broken = true;
            reader.readFrame(context, input, listener);
        } else {
            partial = input.isReadable();
        }
    }

    private void one(ChannelHandlerContext context, ByteBuf input, Http2FrameListener listener, int start, int length)
            throws Http2Exception {
        byte type = input.getByte(start + TYPE_AT);
        int flags = input.getUnsignedByte(start + FLAGS_AT);
        int end = input.writerIndex();
        input.writerIndex(start + FRAME_HEAD + length);
        try {
            floods.came(type, flags, length);
            measure(type, flags, FRAME_HEAD + length);
            reader.readFrame(context, input, listener);
        } catch (Http2Exception e) {
            broken = !Http2Exception.isStreamError(e);
            throw e;
        } finally {
            input.writerIndex(end);
        }
    }

    /// Whether the frame that is being read is one of a block of fields.
    boolean readsFields() {
        return fields;
    }

    private void measure(byte type, int flags, int frame) {
        fields = type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION;
        if (type == Http2FrameTypes.CONTINUATION) {
            octets += frame;
            inBlock = (flags & END_HEADERS) == 0;
        } else {
            octets = frame;
            inBlock = fields && (flags & END_HEADERS) == 0;
        }
    }

    /// Of the frame that is being read, or of the frames of a block of fields together.
    long octets() {
        return octets;
    }

    /// Whether what has come so far ends within a block of fields, or within a frame that isn't a body's.
    boolean inHead() {
        return inBlock || partial;
    }

    @Override
    public Configuration configuration() {
        return reader.configuration();
    }

    @Override
    public void close() {
        reader.close();
    }
}
