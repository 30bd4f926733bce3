package dev.meltemi.conformance;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What an application does with a connection: finds out what it speaks (TLS, HTTP/1.1, HTTP/2, our lines), hands on
/// what arrives, and answers in kind.
@SuppressWarnings("FutureReturnValueIgnored") // an answer that can't be written closes the connection
final class LiveApplication extends ByteToMessageDecoder {
    /// How a client begins that speaks no HTTP: what follows is the number of what it sent.
    static final String LINE = "conformance ";

    /// A header by which a request says how it wants to be answered, if not well.
    static final String ANSWER = "x-conformance-answer";

    static final String FAILS = "503";
    static final String SAYS_NOTHING = "nothing";

    private static final int TLS_HANDSHAKE = 0x16;
    private static final int TELLS = 3;
    private static final int LONGEST = 1024 * 1024;

    private final SslContext tls;
    private final Function<LiveMessage, Map<String, List<String>>> taker;

    /// @param tls for callers who speak it
    /// @param taker is given each message, and gives the headers of the answer
    LiveApplication(SslContext tls, Function<LiveMessage, Map<String, List<String>>> taker) {
        this.tls = tls;
        this.taker = taker;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < TELLS) {
            return;
        }
        ChannelPipeline pipeline = context.pipeline();
        String start = in.toString(in.readerIndex(), TELLS, StandardCharsets.ISO_8859_1);
        if (start.charAt(0) == TLS_HANDSHAKE) {
            pipeline.addLast(tls.newHandler(context.alloc()), new LiveApplication(tls, taker));
        } else if (start.equals("PRI")) {
            pipeline.addLast(
                    Http2FrameCodecBuilder.forServer().build(), new Http2MultiplexHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel stream) {
                            stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true, false));
                            requests(stream.pipeline());
                        }
                    }));
        } else if (LINE.startsWith(start)) {
            pipeline.addLast(new LineBasedFrameDecoder(LONGEST), lines());
        } else {
            pipeline.addLast(new HttpServerCodec());
            requests(pipeline);
        }
        // what was read so far goes on to them
        pipeline.remove(this);
    }

    private void requests(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpObjectAggregator(LONGEST), new SimpleChannelInboundHandler<FullHttpRequest>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
                FullHttpResponse answer = answer(request);
                if (!request.headers().contains(ANSWER, SAYS_NOTHING, false)) {
                    context.writeAndFlush(answer);
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
            }
        });
    }

    private FullHttpResponse answer(FullHttpRequest request) {
        boolean grpc = RoutingCase.isGrpc(request.headers().getAll(HttpHeaderNames.CONTENT_TYPE));
        boolean head = request.method().equals(HttpMethod.HEAD);
        var answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                request.headers().contains(ANSWER, FAILS, false)
                        ? HttpResponseStatus.SERVICE_UNAVAILABLE
                        : HttpResponseStatus.OK,
                grpc
                        ? Unpooled.wrappedBuffer(LiveCaller.GRPC_MESSAGE)
                        : head ? Unpooled.EMPTY_BUFFER : Unpooled.copiedBuffer("ok", StandardCharsets.US_ASCII));
        taker.apply(LiveMessage.of(request))
                .forEach((name, values) -> answer.headers().add(name, values));
        if (grpc) {
            answer.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
                    .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            answer.trailingHeaders().set("grpc-status", "0");
        } else {
            answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, 2);
        }
        return answer;
    }

    private ChannelHandler lines() {
        return new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
                String number = line.toString(StandardCharsets.US_ASCII).substring(LINE.length());
                String arrival = taker.apply(LiveMessage.ofLine(LiveMesh.NUMBER, number))
                        .getOrDefault(LiveMesh.ARRIVAL, List.of(""))
                        .getFirst();
                context.writeAndFlush(Unpooled.copiedBuffer(arrival + "\n", StandardCharsets.US_ASCII));
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
            }
        };
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
