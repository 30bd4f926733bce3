package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.CredentialContext;
import dev.meltemi.proxy.tls.CredentialSlot;
import dev.meltemi.proxy.tls.ShownCertificate;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.tls.TlsSide;
import dev.meltemi.routing.ConnectionDecision.Termination;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Ends a caller's TLS as one server of a gateway says: puts TLS's own handler in the place of what read the hello.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class EndingTls {
    private static final String MESH = "ISTIO_MUTUAL";

    private final Opening opening;
    private final Accepted accepted;
    private final Termination server;
    private final @Nullable CredentialSlot slot;

    EndingTls(Opening opening, Termination server) {
        this.opening = opening;
        this.accepted = opening.accepted();
        this.server = server;
        this.slot = server.mode().equals(MESH)
                ? null
                : accepted.server.credentials().slot(new TlsSide.Ending(server));
    }

    /// Done once the server's files have been looked at: the first caller waits for that.
    Future<Boolean> known(EventExecutor loop) {
        CredentialSlot asked = slot;
        if (asked == null || asked.isTried()) {
            return loop.newSucceededFuture(Boolean.TRUE);
        }
        Promise<Boolean> known = loop.newPromise();
        asked.whenTried(loop, () -> known.trySuccess(Boolean.TRUE));
        return known;
    }

    void begin(ChannelHandlerContext hello) {
        if (!hello.channel().isActive()) {
            hello.close();
        } else if (slot == null) {
            mesh(hello);
        } else {
            credential(hello, slot);
        }
    }

    private void credential(ChannelHandlerContext hello, CredentialSlot asked) {
        CredentialContext credential = asked.hold();
        if (credential == null) {
            opening.refuse(
                    Refusal.NO_CREDENTIAL,
                    "TLS_error:|Secret is not supplied: Gateway/" + server.gateway() + " " + server.server() + ": "
                            + asked.trouble() + ":TLS_error_end");
            return;
        }
        try {
            opening.handshakes(session -> {
                ShownCertificate shown = credential.shown(session);
                if (shown != null) {
                    accepted.caller.shows(shown);
                }
            });
            replace(hello, credential.accepting(hello.alloc(), patience()));
        } finally {
            // The connection's engine holds what it needs.
            credential.release();
        }
    }

    private void mesh(ChannelHandlerContext hello) {
        TlsContexts contexts = accepted.server.tls().hold();
        if (contexts == null) {
            opening.refuse(Refusal.NO_IDENTITY, "mTLS to a proxy that has no identity yet");
            return;
        }
        try {
            opening.handshakesWith(contexts);
            replace(hello, contexts.accepting(hello.alloc(), patience()));
        } finally {
            contexts.release();
        }
    }

    private Duration patience() {
        return accepted.server.settings().timeouts().handshake();
    }

    private static void replace(ChannelHandlerContext hello, SslHandler by) {
        hello.pipeline().replace(hello.name(), "meltemi.tls", by);
    }
}
