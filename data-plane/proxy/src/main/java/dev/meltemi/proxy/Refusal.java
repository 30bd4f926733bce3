package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.TlsFailure;
import java.nio.channels.ClosedChannelException;

/// Why a caller's connection was closed, most often before any request of it was read.
enum Refusal {
    /// The proxy has no room for it.
    OVERLOAD,
    /// The port takes mTLS only.
    PLAINTEXT,
    /// Nobody gets in at the port, because a rule for it can't be read.
    CLOSED,
    /// The server that it is for has no certificate that can be used.
    NO_CREDENTIAL,
    /// It wants mTLS and this proxy has no identity.
    NO_IDENTITY,
    /// Its certificate isn't believed, or there was none.
    PEER,
    /// What it sent isn't TLS as we accept it.
    HANDSHAKE,
    /// The handshake took too long.
    TIMEOUT,
    /// It closed during the handshake.
    LEFT,
    /// What it sent first is shaped like HTTP/2's preface and isn't.
    NOT_HTTP,
    /// It broke HTTP/2 in a way that concerns the whole connection.
    BROKEN_HTTP_2,
    /// It sent much that costs it little, see {@link Http2Floods}.
    FLOOD;

    static Refusal of(Throwable failedHandshake) {
        if (TlsFailure.isTimeout(failedHandshake)) {
            return TIMEOUT;
        }
        Throwable at = failedHandshake;
        while (at.getCause() != null && !(at instanceof PeerRefusedException)) {
            at = at.getCause();
        }
        return switch (at) {
            case PeerRefusedException _ -> PEER;
            case ClosedChannelException _ -> LEFT;
            default -> HANDSHAKE;
        };
    }
}
