package dev.meltemi.proxy.tls;

import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;

/// What went wrong with TLS, in the form of Envoy's transport failure reasons, which people search their logs for.
public final class TlsFailure {
    private static final int MOST_CHARACTERS = 200;

    private TlsFailure() {}

    /// `TLS_error:|certificate expired at …:TLS_error_end`.
    public static String words(Throwable failure) {
        return "TLS_error:|" + reason(failure) + ":TLS_error_end";
    }

    public static boolean isTimeout(Throwable failure) {
        return failure instanceof SslHandshakeTimeoutException;
    }

    /// Whether the connection broke over TLS, and not below it.
    public static boolean isTls(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /// In one line, of the peer's words only what can be printed.
    public static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && !(deepest instanceof PeerRefusedException)) {
            deepest = deepest.getCause();
        }
        if (deepest instanceof ClosedChannelException) {
            return "the peer closed during the handshake";
        }
        String text = String.valueOf(deepest.getMessage()).replaceAll("[^\\x20-\\x7e]", "?");
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS);
    }
}
