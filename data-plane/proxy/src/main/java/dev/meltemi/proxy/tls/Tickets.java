package dev.meltemi.proxy.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import java.util.Arrays;

/// Keys that seal session tickets: a context has its own, so that no ticket outlives the certificates that it was made
/// with. The JDK's provider does so by itself.
final class Tickets {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Tickets() {}

    static OpenSslSessionTicketKey key() {
        byte[] secret = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
        RANDOM.nextBytes(secret);
        int name = OpenSslSessionTicketKey.NAME_SIZE;
        int hmac = name + OpenSslSessionTicketKey.HMAC_KEY_SIZE;
        return new OpenSslSessionTicketKey(
                Arrays.copyOfRange(secret, 0, name),
                Arrays.copyOfRange(secret, name, hmac),
                Arrays.copyOfRange(secret, hmac, secret.length));
    }

    /// @param keys the first seals, all open
    static void use(SslContext server, OpenSslSessionTicketKey... keys) {
        if (server.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys(keys);
        }
    }
}
