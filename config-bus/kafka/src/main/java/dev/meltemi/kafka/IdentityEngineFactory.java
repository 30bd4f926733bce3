package dev.meltemi.kafka;

import java.security.KeyStore;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.jspecify.annotations.Nullable;

/// What Kafka's clients ask for a TLS engine at each connection (KIP-519). Made by Kafka, hence public and without
/// arguments; the identity comes with the client's properties.
public final class IdentityEngineFactory implements SslEngineFactory {
    private @Nullable IdentityTls tls;

    @Override
    public void configure(Map<String, ?> properties) {
        tls = (IdentityTls) properties.get(IdentityTls.PROPERTY);
    }

    @Override
    public SSLEngine createClientSslEngine(String peerHost, int peerPort, @Nullable String endpointIdentification) {
        return Objects.requireNonNull(tls, "not configured").clientEngine(peerHost, peerPort);
    }

    @Override
    public SSLEngine createServerSslEngine(String peerHost, int peerPort) {
        throw new UnsupportedOperationException("a client's factory; brokers have their certificates in files");
    }

    /// Never: the next engine is made from what the identity is then.
    @Override
    public boolean shouldBeRebuilt(Map<String, Object> nextConfigs) {
        return false;
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return Set.of();
    }

    @Override
    public @Nullable KeyStore keystore() {
        return null;
    }

    @Override
    public @Nullable KeyStore truststore() {
        return null;
    }

    @Override
    public void close() {}
}
