package dev.meltemi.kafka;

import dev.meltemi.spiffe.Identity;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SslConfigs;
import org.jspecify.annotations.Nullable;

/// The TLS side of a live identity: one context as long as the identity stays the same, so that sessions are
/// resumed, and another after each renewal.
final class IdentityTls {
    /// How Kafka hands this object on to the factory that it makes by itself.
    static final String PROPERTY = "meltemi.identity.tls";

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final Supplier<@Nullable Identity> live;
    private @Nullable Identity used;
    private @Nullable SSLContext context;

    IdentityTls(Supplier<@Nullable Identity> live) {
        this.live = live;
    }

    /// The properties of a client that is let in by its identity.
    static Map<String, Object> properties(Supplier<@Nullable Identity> live) {
        var all = new HashMap<String, Object>();
        all.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "SSL");
        all.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, IdentityEngineFactory.class);
        all.put(PROPERTY, new IdentityTls(live));
        return all;
    }

    /// @throws KafkaException when there is no identity yet: Kafka's client counts it as a failed attempt to
    /// connect, and tries again
    SSLEngine clientEngine(String host, int port) {
        var engine = context().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(PROTOCOLS);
        return engine;
    }

    private synchronized SSLContext context() {
        var identity = live.get();
        if (identity == null) {
            throw new KafkaException("there is no certificate yet to show to the broker");
        }
        if (context == null || !identity.equals(used)) {
            context = made(identity);
            used = identity;
        }
        return context;
    }

    private static SSLContext made(Identity identity) {
        try {
            var made = SSLContext.getInstance("TLS");
            made.init(
                    new KeyManager[] {new OneKey(identity)},
                    new TrustManager[] {new BrokerTrust(identity.trust(), InstantSource.system())},
                    null);
            return made;
        } catch (KeyManagementException e) {
            throw new KafkaException("the certificate " + identity.credential() + " can't be used for TLS", e);
        } catch (GeneralSecurityException e) {
            throw new KafkaException("this JVM has no TLS", e);
        }
    }

    /// Shows the one certificate that we have, whatever the broker says it would like to see.
    private static final class OneKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "identity";
        private final PrivateKey key;
        private final X509Certificate[] chain;

        OneKey(Identity identity) {
            this.key = identity.credential().key();
            this.chain = identity.credential().chain().toArray(X509Certificate[]::new);
        }

        @Override
        public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }
}
