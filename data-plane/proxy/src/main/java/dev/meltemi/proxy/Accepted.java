package dev.meltemi.proxy;

import dev.meltemi.proxy.overload.Action;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// A connection that a caller has made: with whom, to which listener, on which loop. What it speaks is
/// {@link Opening}'s to find out.
final class Accepted {
    final ProxyServer server;
    final Listening listening;
    final Loop loop;
    final Channel channel;
    Caller caller = Caller.UNKNOWN;

    /// Where the caller wanted to go before it was intercepted; null: to us.
    @Nullable
    InetSocketAddress asked;

    /// Whether TLS ends here, be it the mesh's own or a gateway's.
    boolean secured;

    Accepted(ProxyServer server, Listening listening, Loop loop, Channel channel) {
        this.server = server;
        this.listening = listening;
        this.loop = loop;
        this.channel = channel;
    }

    /// By which rules know it.
    int port() {
        return asked == null ? listening.port() : asked.getPort();
    }

    /// Address or name that the caller asked for; null: it will say.
    @Nullable
    String destination() {
        return asked == null ? listening.towards() : asked.getAddress().getHostAddress();
    }

    /// Our own application, as far as the connection tells which; an intercepted caller's is where it wanted to go.
    ///
    /// @param authority of a request, empty without one
    Listening.@Nullable Application application(String authority) {
        if (asked == null) {
            return listening.application(authority);
        }
        Listening.Application known = listening.applications().get(asked.getPort());
        return known == null ? new Listening.Application(asked.getPort(), loop.passthrough(asked)) : known;
    }

    String scheme() {
        // between sidecars TLS is the mesh's own affair: callers asked for http
        return secured && listening.kind() == Listening.Kind.GATEWAY ? "https" : "http";
    }

    /// There is no room for it: it goes before anything is read or built for it.
    void reject() {
        caller = Caller.on((SocketChannel) channel);
        server.overload().did(Action.REJECT_INCOMING_CONNECTIONS);
        String reason = server.overload().reason();
        tell(Refusal.OVERLOAD, reason.isEmpty() ? "connections " + server.openConnections() : reason);
        channel.unsafe().closeForcibly();
    }

    /// Nothing of this connection reaches anybody.
    void tell(Refusal refusal, String why) {
        server.refused().count(refusal, caller, why, loop.now());
        if (refusal != Refusal.LEFT) {
            AccessLine.refused(this, refusal, why);
        }
    }
}
