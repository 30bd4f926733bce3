package dev.meltemi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A caller that sends exactly the HTTP/2 frames that a test tells it to.
final class FrameClient implements AutoCloseable {
    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    static final int PROTOCOL_ERROR = 1;
    static final int REFUSED_STREAM = 7;
    static final int ENHANCE_YOUR_CALM = 11;

    @SuppressWarnings("ArrayRecordComponent") // octets as they came, compared by nobody
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /// Its first four octets, or those behind the last stream for a GOAWAY.
        int code() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /// What came on one stream.
    static final class Answer {
        final List<String> interim = new ArrayList<>();
        final Map<String, String> fields = new TreeMap<>();
        final Map<String, String> trailers = new TreeMap<>();
        final List<Frame> frames = new ArrayList<>();
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        String status = "";
        boolean ended;

        @Nullable
        Integer reset;

        String body() {
            return octets.toString(StandardCharsets.ISO_8859_1);
        }
    }

    final Socket socket;

    @Nullable
    Frame goAway;

    private final DataInputStream in;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Answer> answers = new TreeMap<>();

    /// With the preface and settings that change nothing.
    FrameClient(InetSocketAddress address) throws IOException {
        this(address, PREFACE, new byte[0]);
    }

    FrameClient(InetSocketAddress address, String preface, byte[] settings) throws IOException {
        this(plain(address), preface, settings);
    }

    FrameClient(Socket connected, String preface, byte[] settings) throws IOException {
        socket = connected;
        in = new DataInputStream(socket.getInputStream());
        out.write(preface.getBytes(StandardCharsets.ISO_8859_1));
        frame(SETTINGS, 0, 0, settings);
    }

    private static Socket plain(InetSocketAddress address) throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(10_000);
        socket.connect(address);
        return socket;
    }

    static byte[] setting(int id, int value) {
        return ByteBuffer.allocate(6).putShort((short) id).putInt(value).array();
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    // ---- sending; nothing goes out before flush

    FrameClient frame(int type, int flags, int stream, byte[] payload) {
        out.writeBytes(ByteBuffer.allocate(9)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        out.writeBytes(payload);
        return this;
    }

    byte[] block(String... namesAndValues) {
        ByteBuf block = Unpooled.buffer();
        try {
            for (int i = 0; i < namesAndValues.length; i += 2) {
                // one by one, or they would be put in order
                encoder.encodeHeaders(
                        1, new DefaultHttp2Headers(false).add(namesAndValues[i], namesAndValues[i + 1]), block);
            }
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        byte[] octets = new byte[block.readableBytes()];
        block.readBytes(octets);
        return octets;
    }

    FrameClient headers(int stream, boolean end, String... namesAndValues) {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(namesAndValues));
    }

    FrameClient get(int stream, String path) {
        return headers(stream, true, ":method", "GET", ":scheme", "http", ":authority", "reviews:9080", ":path", path);
    }

    FrameClient post(int stream, String... more) {
        var all = new ArrayList<>(
                List.of(":method", "POST", ":scheme", "http", ":authority", "reviews:9080", ":path", "/"));
        all.addAll(List.of(more));
        return headers(stream, false, all.toArray(String[]::new));
    }

    FrameClient data(int stream, boolean end, String text) {
        return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    FrameClient reset(int stream, int code) {
        return frame(RST, 0, stream, number(code));
    }

    FrameClient flush() throws IOException {
        socket.getOutputStream().write(out.toByteArray());
        socket.getOutputStream().flush();
        out.reset();
        return this;
    }

    /// As above, to one that may have closed.
    FrameClient flushAnyway() {
        if (socket.isOutputShutdown()) {
            return this;
        }
        try {
            flush();
        } catch (IOException closed) {
            out.reset();
        }
        return this;
    }

    // ---- receiving

    /// Null at the connection's end.
    @Nullable
    Frame next() throws IOException {
        try {
            int first = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[first >>> 8];
            in.readFully(payload);
            var frame = new Frame(first & 0xff, flags, stream, payload);
            note(frame);
            return frame;
        } catch (EOFException | SocketException end) {
            return null;
        }
    }

    private void note(Frame frame) throws IOException {
        Answer answer = answers.computeIfAbsent(frame.stream(), stream -> new Answer());
        answer.frames.add(frame);
        answer.ended |= frame.type() <= HEADERS && frame.has(END_STREAM);
        switch (frame.type()) {
            case HEADERS -> fields(answer, frame);
            case DATA -> answer.octets.write(frame.payload());
            case RST -> answer.reset = frame.code();
            case GOAWAY -> goAway = frame;
            case SETTINGS -> {
                if (!frame.has(ACK)) {
                    frame(SETTINGS, ACK, 0, new byte[0]).flushAnyway();
                }
            }
            case PING -> {
                if (!frame.has(ACK)) {
                    frame(PING, ACK, 0, frame.payload()).flushAnyway();
                }
            }
            default -> {}
        }
    }

    private void fields(Answer answer, Frame frame) {
        Http2Headers fields;
        try {
            fields = decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        CharSequence status = fields.status();
        if (status != null && status.charAt(0) == '1') {
            answer.interim.add(status.toString());
            return;
        }
        Map<String, String> into = status == null ? answer.trailers : answer.fields;
        if (status != null) {
            answer.status = status.toString();
        }
        fields.forEach(
                field -> into.merge(field.getKey().toString(), field.getValue().toString(), (a, b) -> a + "," + b));
    }

    /// What has come on it up to now.
    Answer seen(int stream) {
        return answers.computeIfAbsent(stream, s -> new Answer());
    }

    /// Reads until the stream has ended or was reset, or the connection ends.
    Answer answer(int stream) throws IOException {
        flushAnyway();
        Answer answer = seen(stream);
        while (!answer.ended && answer.reset == null && next() != null) {
            // frames are noted as they are read
        }
        return answer;
    }

    /// Reads until a frame of this type comes, or the connection ends.
    @Nullable
    Frame until(int type, int stream) throws IOException {
        flushAnyway();
        Frame frame = next();
        while (frame != null && (frame.type() != type || frame.stream() != stream)) {
            frame = next();
        }
        return frame;
    }

    /// The code of the GOAWAY that it ends with; -1: it ended without.
    int goodbye() throws IOException {
        flushAnyway();
        while (next() != null) {
            // frames are noted as they are read
        }
        return goAway == null ? -1 : goAway.code();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
