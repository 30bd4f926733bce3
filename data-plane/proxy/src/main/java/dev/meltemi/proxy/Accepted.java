package dev.meltemi.proxy;

import io.netty.channel.Channel;

/// A connection that a caller has made: with whom, to which listener, on which loop. What it speaks is
/// {@link Opening}'s to find out.
final class Accepted {
    final ProxyServer server;
    final Listening listening;
    final Loop loop;
    final Channel channel;
    Caller caller = Caller.UNKNOWN;

    /// Whether TLS ends here, be it the mesh's own or a gateway's.
    boolean secured;

    Accepted(ProxyServer server, Listening listening, Loop loop, Channel channel) {
        this.server = server;
        this.listening = listening;
        this.loop = loop;
        this.channel = channel;
    }

    String scheme() {
        // between sidecars TLS is the mesh's own affair: callers asked for http
        return secured && listening.kind() == Listening.Kind.GATEWAY ? "https" : "http";
    }

    /// Nothing of this connection reaches anybody.
    void tell(Refusal refusal, String why) {
        server.refused().count(refusal, caller, why, loop.now());
        if (refusal != Refusal.LEFT) {
            AccessLine.refused(this, refusal, why);
        }
    }
}
