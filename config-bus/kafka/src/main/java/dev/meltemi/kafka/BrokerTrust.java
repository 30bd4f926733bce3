package dev.meltemi.kafka;

import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Believes one server: our trust domain's broker, known by its SPIFFE id. Host names prove nothing in a mesh,
/// whose brokers move.
final class BrokerTrust extends X509ExtendedTrustManager {
    private final Trust trust;
    private final SpiffeId broker;
    private final InstantSource clock;

    BrokerTrust(Trust trust, InstantSource clock) {
        this.trust = trust;
        this.broker = new SpiffeId(trust.trustDomain(), "istio-system", "broker");
        this.clock = clock;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        switch (PeerCheck.check(List.of(chain), trust, clock.instant())) {
            case Peer.Proven(var id) -> {
                if (!id.equals(broker)) {
                    throw new CertificateException("the server is " + id + ", not " + broker);
                }
            }
            case Peer.Refused(var reason) ->
                throw new CertificateException("the server's certificate is refused: " + reason);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("only engines are served");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only engines are served");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is the client's side");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is the client's side");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this is the client's side");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.roots().toArray(X509Certificate[]::new);
    }
}
