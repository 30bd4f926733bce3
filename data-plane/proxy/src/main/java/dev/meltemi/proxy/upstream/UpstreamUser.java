package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.wire.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/// Who has lent a stream, for one request. All calls come on its event loop; after
/// {@link #onEnd}, {@link #onFailure} or its own abort it hears nothing more.
public interface UpstreamUser {
    /// It can be written to, which it couldn't when it was lent. May come before the call that lent it has returned.
    void onReady(UpstreamStream stream);

    /// A 1xx answer other than 101.
    void onInterim(HttpResponseStatus status, HttpHeaders headers);

    /// The final head; framing headers are already taken out of it.
    void onHead(int status, HttpHeaders headers, Framing framing);

    /// A piece of the body, not empty, owned by the receiver.
    void onBody(ByteBuf octets);

    /// The answer is complete.
    void onEnd(HttpHeaders trailers);

    /// What could be read now has been read: time to flush.
    void onReadComplete();

    void onWritabilityChanged();

    void onFailure(Failure failure);

    /// @param kind what happened
    /// @param why for the access log
    record Failure(Kind kind, String why) {
        /// Whether it tells something of the endpoint, and not of us.
        public boolean isEndpoints() {
            return switch (kind) {
                case CONNECT, CONNECT_TIMEOUT, CLOSED, PROTOCOL, RESET, REFUSED -> true;
                case OVERFLOW, LOOP, LOCAL, UNSEEN -> false;
            };
        }

        public enum Kind {
            /// No connection: nothing was sent.
            CONNECT,
            CONNECT_TIMEOUT,
            /// No socket, for want of descriptors or ports: nothing was sent.
            LOCAL,
            /// Too many connections to the endpoint already.
            OVERFLOW,
            /// It leads to a listener of this proxy; why names that.
            LOOP,
            /// It ended before the answer did.
            CLOSED,
            /// The answer isn't HTTP as we accept it.
            PROTOCOL,
            /// HTTP/2: the endpoint has reset the stream.
            RESET,
            /// HTTP/2: the same, and it says that it has done nothing with the request (RFC 9113, 8.7).
            REFUSED,
            /// HTTP/2: the endpoint goes away and says that it has never seen the request (RFC 9113, 6.8).
            UNSEEN
        }
    }
}
