package dev.meltemi.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Where a caller wanted to go before a REDIRECT rule of the kernel's packet filter led its connection to us. Linux
/// only, and only with Netty's epoll transport.
final class OriginalDestination {
    /// `SO_ORIGINAL_DST` of `linux/netfilter_ipv4.h` at level `SOL_IP`: a `sockaddr_in` of 16 octets.
    private static final RawUnixChannelOption IPV4 = new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, 16);
    /// `IP6T_SO_ORIGINAL_DST` of `linux/netfilter_ipv6/ip6_tables.h` at level `SOL_IPV6`: a `sockaddr_in6`.
    private static final RawUnixChannelOption IPV6 = new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, 80, 28);
    private static final int PORT_AT = 2;
    private static final int IPV4_AT = 4;
    private static final int IPV6_AT = 8;

    private OriginalDestination() {}

    /// @return empty when the connection was made to us
    static Optional<InetSocketAddress> of(SocketChannel channel) {
        boolean four = channel.remoteAddress().getAddress() instanceof Inet4Address;
        try {
            ByteBuffer told = channel.config().getOption(four ? IPV4 : IPV6);
            return told == null
                    ? Optional.empty()
                    : Optional.of(address(told, four)).filter(asked -> !asked.equals(channel.localAddress()));
        } catch (ChannelException | UnknownHostException _) {
            // ENOENT: the packet filter knows nothing of this connection.
            return Optional.empty();
        }
    }

    private static InetSocketAddress address(ByteBuffer told, boolean four) throws UnknownHostException {
        byte[] address = new byte[four ? 4 : 16];
        told.get(told.position() + (four ? IPV4_AT : IPV6_AT), address);
        // in the network's order, which is ByteBuffer's
        int port = Short.toUnsignedInt(told.getShort(told.position() + PORT_AT));
        return new InetSocketAddress(InetAddress.getByAddress(address), port);
    }
}
