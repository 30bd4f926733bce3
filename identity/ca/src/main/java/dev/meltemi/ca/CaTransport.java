package dev.meltemi.ca;

import io.netty.handler.ssl.SslHandler;
import io.rsocket.Closeable;
import io.rsocket.transport.ServerTransport;
import io.rsocket.transport.netty.RSocketLengthCodec;
import io.rsocket.transport.netty.TcpDuplexConnection;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;

/// RSocket on TLS that tells whoever answers which certificates the caller has shown; the transport of rsocket-java
/// keeps that to itself.
record CaTransport(TcpServer server, int maxFrameLength) implements ServerTransport<CaTransport.Bound> {
    /// Key of the subscriber's context: the caller's chain, leaf first, empty when it showed none.
    static final Object SHOWN = "shown";

    record Bound(DisposableServer server) implements Closeable {
        InetSocketAddress address() {
            return (InetSocketAddress) server.address();
        }

        @Override
        public void dispose() {
            server.disposeNow();
        }

        @Override
        public boolean isDisposed() {
            return server.isDisposed();
        }

        @Override
        public Mono<Void> onClose() {
            return server.onDispose();
        }
    }

    @Override
    public Mono<Bound> start(ConnectionAcceptor acceptor) {
        return server.doOnConnection(connection -> {
                    connection.addHandlerLast(new RSocketLengthCodec(maxFrameLength));
                    acceptor.apply(new TcpDuplexConnection("server", connection))
                            .then(Mono.<Void>never())
                            .contextWrite(context -> context.put(SHOWN, shown(connection)))
                            .subscribe(connection.disposeSubscriber());
                })
                .bind()
                .map(Bound::new);
    }

    private static List<X509Certificate> shown(Connection connection) {
        @Nullable SslHandler tls = connection.channel().pipeline().get(SslHandler.class);
        if (tls == null) {
            return List.of();
        }
        try {
            Certificate[] chain = tls.engine().getSession().getPeerCertificates();
            return Arrays.stream(chain)
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
