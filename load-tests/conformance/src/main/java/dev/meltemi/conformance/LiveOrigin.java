package dev.meltemi.conformance;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/// An application behind one destination: hands on what arrives, and answers 200, or in kind.
final class LiveOrigin implements AutoCloseable {
    private final Channel listening;

    /// @param subsets of the host that its labels fit
    /// @param workload `namespace/name`
    record Place(String host, Set<String> subsets, int servicePort, String workload) {
        Place {
            subsets = Set.copyOf(subsets);
        }
    }

    /// What all origins of a run have in common.
    ///
    /// @param taker is given each request, and gives the headers of the answer
    record Run(
            EventLoopGroup loops,
            LiveCertificates certificates,
            BiFunction<Place, LiveMessage, Map<String, List<String>>> taker) {}

    /// @param tls for callers who speak it
    LiveOrigin(Run run, SslContext tls, Place place, InetAddress address) {
        listening = new ServerBootstrap()
                .group(run.loops())
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        opened.pipeline()
                                .addLast(new LiveApplication(
                                        tls, message -> run.taker().apply(place, message)));
                    }
                })
                .bind(address, 0)
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
    }
}
