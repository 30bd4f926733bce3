package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.OutgoingHead;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/// The way to an endpoint, lent for one request: an HTTP/1.1 connection, or a stream of an HTTP/2 one. All of it
/// happens on its event loop; see {@link UpstreamUser} for what comes back.
public interface UpstreamStream {
    /// Whether it can be written to. If not, its user is told when it can.
    boolean isReady();

    /// Whom the handshake has proven; null in plaintext.
    @Nullable
    ProvenPeer peer();

    /// Whether this is the first request of a connection with mesh mTLS, when the peer doesn't know our labels yet.
    /// True once.
    boolean introduces();

    /// Whether its connection has served a request before this one, so that the endpoint may have closed it in the
    /// meantime.
    boolean isReused();

    void writeHead(OutgoingHead head);

    /// @param octets not empty, now owned by the connection
    void writeBody(Framing framing, ByteBuf octets);

    /// The request is complete. Not called for a broken one: that is aborted.
    void endRequest(Framing framing, HttpHeaders trailers);

    void flush();

    boolean isWritable();

    /// Whether more of the answer is wanted now.
    void setReading(boolean reading);

    /// Breaks it off: neither side can mistake what was sent for something complete.
    void abort();
}
