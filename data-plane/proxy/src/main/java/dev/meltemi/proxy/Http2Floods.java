package dev.meltemi.proxy;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;

/// Counts what costs a caller little and us much, one connection's. What it is measured by grows with what the
/// connection is good for, so that one that works for days isn't cut for its pings. The shape is Envoy's, see its
/// `max_inbound_*` settings.
final class Http2Floods {
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    /// Frames in a row that carry nothing and end nothing.
    private static final int EMPTY = 10;
    private static final int PRIORITIES_PER_STREAM = 100;
    private static final int WINDOW_UPDATES = 100;
    private static final int WINDOW_UPDATES_PER_FRAME = 10;
    /// Pings, settings, resets and unknown frames.
    private static final int CONTROL = 1000;

    private static final int CONTROL_PER_FRAME = 2;

    private final int judgedAfter;
    private int empty;
    private long priorities;
    private long windowUpdates;
    private long control;
    /// Frames that carry a request or an answer.
    private long useful;

    private long streams;
    private long early;
    private long made;

    Http2Floods(int judgedAfter) {
        this.judgedAfter = judgedAfter;
    }

    /// A frame has come.
    ///
    /// @throws Http2Exception that ends the connection
    void came(byte type, int flags, int length) throws Http2Exception {
        switch (type) {
            case Http2FrameTypes.DATA -> carried(length > 0 || (flags & END_STREAM) != 0);
            case Http2FrameTypes.HEADERS, Http2FrameTypes.CONTINUATION ->
                carried(length > 0 || (flags & END_HEADERS) != 0);
            case Http2FrameTypes.PRIORITY ->
                require(++priorities <= PRIORITIES_PER_STREAM * (1 + streams), "priority_flood");
            case Http2FrameTypes.WINDOW_UPDATE ->
                require(
                        ++windowUpdates <= WINDOW_UPDATES + 2 * (streams + WINDOW_UPDATES_PER_FRAME * useful),
                        "window_update_flood");
            default -> require(++control <= CONTROL + CONTROL_PER_FRAME * useful, "control_frame_flood");
        }
    }

    private void carried(boolean something) throws Http2Exception {
        if (something) {
            empty = 0;
            useful++;
        } else {
            require(++empty <= EMPTY, "empty_frame_flood");
        }
    }

    /// We have sent a part of an answer.
    void sent() {
        useful++;
    }

    void opened() {
        streams++;
    }

    /// The caller has reset a stream soon after it began.
    void resetEarly() throws Http2Exception {
        early++;
        judge();
    }

    /// The caller has made us reset a stream, of which there may be several for one (CVE-2025-8671).
    void madeUsReset() throws Http2Exception {
        made++;
        judge();
    }

    private void judge() throws Http2Exception {
        require(streams < judgedAfter || (early + made) * 2 <= streams, "rapid_reset");
        require(made <= judgedAfter / 2 + streams, "made_you_reset");
    }

    private static void require(boolean fine, String otherwise) throws Http2Exception {
        if (!fine) {
            throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, otherwise);
        }
    }
}
