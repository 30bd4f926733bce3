package dev.meltemi.proxy.names;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.net.InetSocketAddress;
import reactor.netty.resources.LoopResources;

/// Netty's resolver, which never blocks; an answer that is too long for UDP is asked for again by TCP.
public final class Resolvers {
    /// What says that a name has no address is believed for so long where connections ask.
    private static final int NEGATIVE_SECONDS = 5;

    private static final int LONGEST_SECONDS = 3_600;

    private Resolvers() {}

    static DnsNameResolverBuilder builder(NameSettings settings, LoopResources loops, EventLoop loop) {
        return of(settings)
                .datagramChannelFactory(() -> loops.onChannel(DatagramChannel.class, loop))
                .socketChannelFactory(() -> loops.onChannel(SocketChannel.class, loop))
                .eventLoop(loop);
    }

    /// For connections to names that nobody keeps fresh; remembers answers as long as they hold.
    public static AddressResolverGroup<InetSocketAddress> group(NameSettings settings, LoopResources loops) {
        EventLoopGroup group = loops.onClient(LoopResources.DEFAULT_NATIVE);
        return new DnsAddressResolverGroup(of(settings)
                .datagramChannelFactory(() -> loops.onChannel(DatagramChannel.class, group))
                .socketChannelFactory(() -> loops.onChannel(SocketChannel.class, group)));
    }

    private static DnsNameResolverBuilder of(NameSettings settings) {
        return new DnsNameResolverBuilder()
                .queryTimeoutMillis(settings.timeout().toMillis())
                .negativeTtl(NEGATIVE_SECONDS)
                .ttl(0, LONGEST_SECONDS)
                .nameServerProvider(
                        settings.servers().isEmpty()
                                ? DnsServerAddressStreamProviders.platformDefault()
                                : new SequentialDnsServerAddressStreamProvider(
                                        settings.servers().toArray(InetSocketAddress[]::new)));
    }
}
