package dev.meltemi.conformance;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// A client's connection to a proxy: asks, waits, and asks again.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection, and that is heard
final class LiveCaller implements AutoCloseable {
    private static final int LONGEST_BODY = 1024 * 1024;
    private static final int LONGEST_LINE = 1024;
    /// An empty message, not compressed (gRPC over HTTP/2, Length-Prefixed-Message).
    static final byte[] GRPC_MESSAGE = {0, 0, 0, 0, 0};

    private final LiveWay way;
    private final Duration patience;
    private final Channel channel;
    private final Answers answers = new Answers();
    private final @Nullable SslHandler tls;

    LiveCaller(
            EventLoopGroup loops, LiveCertificates certificates, InetSocketAddress to, LiveWay way, Duration patience)
            throws IOException {
        this.way = way;
        this.patience = patience;
        this.tls = way.serverName() == null ? null : hello(certificates, way.serverName(), to.getPort());
        try {
            this.channel = new Bootstrap()
                    .group(loops)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel opened) {
                            begin(opened.pipeline());
                        }
                    })
                    .connect(to)
                    .sync()
                    .channel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting", e);
        }
    }

    /// Under a name and a port sessions are resumed, which makes hundreds of connections affordable.
    private SslHandler hello(LiveCertificates certificates, String name, int port) {
        var handler = certificates.caller(way.speech()).newHandler(ByteBufAllocator.DEFAULT, name, port);
        if (!name.isEmpty()) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            handler.engine().setSSLParameters(parameters);
        }
        return handler;
    }

    private void begin(ChannelPipeline pipeline) {
        if (tls != null) {
            pipeline.addLast(tls);
        }
        switch (way.speech()) {
            case HTTP_1 ->
                pipeline.addLast(new HttpClientCodec(), new HttpObjectAggregator(LONGEST_BODY))
                        .addLast(answers);
            case HTTP_2 ->
                pipeline.addLast(
                        Http2FrameCodecBuilder.forClient().build(),
                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
            case LINES -> pipeline.addLast(new LineBasedFrameDecoder(LONGEST_LINE), answers);
        }
    }

    /// Hands an answer to whoever waits for it.
    private static final class Answers extends SimpleChannelInboundHandler<Object> {
        private volatile CompletableFuture<@Nullable LiveMessage> awaited = new CompletableFuture<>();

        CompletableFuture<@Nullable LiveMessage> next() {
            var next = new CompletableFuture<@Nullable LiveMessage>();
            awaited = next;
            return next;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Object message) {
            if (message instanceof FullHttpResponse answer) {
                awaited.complete(LiveMessage.of(answer));
            } else if (message instanceof ByteBuf line) {
                awaited.complete(LiveMessage.ofLine(LiveMesh.ARRIVAL, line.toString(StandardCharsets.US_ASCII)));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            awaited.complete(null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            awaited.completeExceptionally(cause);
            context.close();
        }
    }

    /// @return null when the connection, or this request's stream, was closed instead
    @Nullable
    LiveMessage ask(RoutingCase asked, String number) throws IOException {
        if (tls != null && !shookHands(tls)) {
            return null;
        }
        return switch (way.speech()) {
            case HTTP_1 -> asked(channel, answers, request(asked, number));
            case HTTP_2 -> {
                var own = new Answers();
                yield asked(stream(own), own, request(asked, number));
            }
            case LINES ->
                asked(
                        channel,
                        answers,
                        Unpooled.copiedBuffer(LiveApplication.LINE + number + "\n", StandardCharsets.US_ASCII));
        };
    }

    private @Nullable LiveMessage asked(Channel on, Answers by, Object question) throws IOException {
        CompletableFuture<@Nullable LiveMessage> answer = by.next();
        on.writeAndFlush(question);
        if (!on.isActive()) {
            answer.complete(null);
        }
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + patience, e);
        } catch (ExecutionException e) {
            return closedBy(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting", e);
        }
    }

    /// A connection that was reset has ended.
    private static @Nullable LiveMessage closedBy(ExecutionException why) throws IOException {
        if (why.getCause() instanceof IOException) {
            return null;
        }
        throw new IOException("no answer that could be read: " + why.getCause(), why);
    }

    /// False when the other side ended it.
    private boolean shookHands(SslHandler handler) throws IOException {
        var handshake = handler.handshakeFuture();
        if (!handshake.awaitUninterruptibly(patience.toMillis())) {
            throw new IOException("no TLS within " + patience);
        }
        for (Throwable cause = handshake.cause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                throw new IOException("TLS by somebody who isn't believed: " + cause, cause);
            }
        }
        return handshake.isSuccess();
    }

    private Channel stream(Answers own) throws IOException {
        var opened = new Http2StreamChannelBootstrap(channel)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(
                                        new Http2StreamFrameToHttpObjectCodec(false, false),
                                        new HttpObjectAggregator(LONGEST_BODY),
                                        own);
                    }
                })
                .open()
                .awaitUninterruptibly();
        if (!opened.isSuccess()) {
            throw new IOException("no stream: " + opened.cause(), opened.cause());
        }
        return opened.getNow();
    }

    private static FullHttpRequest request(RoutingCase asked, String number) {
        boolean grpc = asked.isGrpc();
        String method = asked.text("method", "GET");
        var request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(method),
                asked.path(),
                grpc ? Unpooled.wrappedBuffer(GRPC_MESSAGE) : Unpooled.EMPTY_BUFFER);
        request.headers().set(HttpHeaderNames.HOST, asked.text("host", "")).set(LiveMesh.NUMBER, number);
        asked.headers("headers").forEach((name, values) -> request.headers().add(name, values));
        if (grpc) {
            request.headers().set(HttpHeaderNames.TE, "trailers");
        } else if (Set.of("POST", "PUT", "PATCH").contains(method)) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
        }
        return request;
    }

    /// Whether it can be asked again.
    boolean lasts(LiveMessage after) {
        return way.keepsConnections()
                && channel.isActive()
                && !after.header("connection").equals("close");
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }
}
