package dev.meltemi.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// An application that speaks HTTP/2 with prior knowledge, on Netty's frame codec, and answers as a test says.
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what the proxy answers
final class Http2Origin implements AutoCloseable {
    /// Called when a request is complete, or, for its head, when that has come.
    interface Script {
        void onRequest(Call call);

        default boolean answersHeads() {
            return false;
        }
    }

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listening;
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger pings = new AtomicInteger();
    final List<Call> calls = new CopyOnWriteArrayList<>();
    /// Error codes of streams that the caller has reset.
    final List<Long> resets = new CopyOnWriteArrayList<>();

    Http2Origin(Script script) {
        this(new Http2Settings(), script);
    }

    Http2Origin(Http2Settings settings, Script script) {
        listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer()
                                        .initialSettings(settings)
                                        .build())
                                .addLast(new Requests(script));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Requests extends ChannelInboundHandlerAdapter {
        private final Script script;
        private final Map<Http2FrameStream, Call> open = new HashMap<>();

        Requests(Script script) {
            this.script = script;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof Http2Frame frame) {
                    read(context, frame);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void read(ChannelHandlerContext context, Http2Frame frame) {
            switch (frame) {
                case Http2HeadersFrame head
                when open.containsKey(head.stream()) -> {
                    Call call = open.get(head.stream());
                    call.trailers = head.headers();
                    script.onRequest(call);
                }
                case Http2HeadersFrame head -> {
                    var call = new Call(context, head.stream(), head.headers());
                    open.put(head.stream(), call);
                    calls.add(call);
                    if (head.isEndStream() || script.answersHeads()) {
                        script.onRequest(call);
                    }
                }
                case Http2DataFrame data -> {
                    Call call = Objects.requireNonNull(open.get(data.stream()));
                    call.body.append(data.content().toString(StandardCharsets.ISO_8859_1));
                    context.write(
                            new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes()).stream(data.stream()));
                    context.flush();
                    if (data.isEndStream() && !script.answersHeads()) {
                        script.onRequest(call);
                    }
                }
                case Http2ResetFrame reset -> resets.add(reset.errorCode());
                case Http2PingFrame ping -> pings.incrementAndGet();
                default -> {}
            }
        }
    }

    static final class Call {
        final ChannelHandlerContext context;
        final Http2FrameStream stream;
        final Http2Headers head;

        @SuppressWarnings("JdkObsolete") // written by the event loop, read by the test
        final StringBuffer body = new StringBuffer();

        volatile Http2Headers trailers = new DefaultHttp2Headers();

        Call(ChannelHandlerContext context, Http2FrameStream stream, Http2Headers head) {
            this.context = context;
            this.stream = stream;
            this.head = head;
        }

        String path() {
            return String.valueOf(head.path());
        }

        Call head(boolean end, String... namesAndValues) {
            var fields = new DefaultHttp2Headers(false);
            for (int i = 0; i < namesAndValues.length; i += 2) {
                fields.add(namesAndValues[i], namesAndValues[i + 1]);
            }
            context.writeAndFlush(new DefaultHttp2HeadersFrame(fields, end).stream(stream));
            return this;
        }

        Call data(String text, boolean end) {
            context.writeAndFlush(
                    new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1), end)
                            .stream(stream));
            return this;
        }

        void ok(String body) {
            head(false, ":status", "200").data(body, true);
        }

        void reset(Http2Error why) {
            context.writeAndFlush(new DefaultHttp2ResetFrame(why).stream(stream));
        }

        /// @param unseen how many of the latest streams it says not to have seen
        void goAway(int unseen) {
            var codec = context.pipeline().get(Http2FrameCodec.class);
            ChannelHandlerContext its = context.pipeline().context(codec);
            codec.goAway(its, stream.id() - 2 * unseen, 0, Unpooled.EMPTY_BUFFER, its.newPromise());
            its.flush();
        }
    }
}
