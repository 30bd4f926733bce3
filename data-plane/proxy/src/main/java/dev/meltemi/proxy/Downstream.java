package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/// The caller's side of a request, whatever protocol carries it: an HTTP/1.1 connection, or a stream of an HTTP/2
/// one. All of it happens on the connection's event loop.
interface Downstream {
    Accepted accepted();

    default ProxyServer server() {
        return accepted().server;
    }

    default Listening listening() {
        return accepted().listening;
    }

    default Loop loop() {
        return accepted().loop;
    }

    default Caller caller() {
        return accepted().caller;
    }

    // ---- towards the caller

    /// A 1xx answer other than 101, if the protocol has a way to say it.
    void interim(Exchange exchange, HttpResponseStatus status, HttpHeaders headers);

    /// The head of the answer.
    ///
    /// @param headers all but those of framing and connection, which are written here
    /// @param framing of what comes from upstream
    /// @return of what goes to the caller, to be given back with each piece of the body
    Framing answer(Exchange exchange, HttpResponseStatus status, HttpHeaders headers, Framing framing);

    /// @param octets not empty, now owned by the connection
    void writeBody(Exchange exchange, Framing framing, ByteBuf octets);

    /// The answer is complete.
    void endResponse(Exchange exchange, Framing framing, HttpHeaders trailers);

    /// The answer broke off: the caller must not take it for a complete one.
    void reset();

    /// Whether more of an answer should be written now.
    boolean isWritable();

    /// Flushes now, or when all that could be read has been worked on.
    void flushSoon();

    // ---- from the caller

    /// Whether what was read now is still being worked on, after which everything is flushed.
    boolean isInRead();

    /// Whether the request's body can't go on right now, so that no more of it is read.
    void setBodyPaused(boolean paused);

    /// Goes on with a request that was suspended.
    void resume(Exchange exchange, Runnable rest);

    /// Something about the exchange's deadlines has changed.
    void rearm();
}
