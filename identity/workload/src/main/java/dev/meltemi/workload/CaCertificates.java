package dev.meltemi.workload;

import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.Trust;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Whether the other end is our CA. By the root's fingerprint at first, by the trust bundle later; always by its
/// SPIFFE id, never by its host name, because anybody who may resolve names could otherwise stand in for it.
final class CaCertificates extends X509ExtendedTrustManager {
    private static final String NAMESPACE = "istio-system";
    private static final String ACCOUNT = "ca";
    private final CaAddress address;
    private final @Nullable Trust trust;
    private final InstantSource clock;

    /// @param trust null: the fingerprint counts
    CaCertificates(CaAddress address, @Nullable Trust trust, InstantSource clock) {
        this.address = address;
        this.trust = trust;
        this.clock = clock;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        var shown = List.of(chain);
        var believed = trust == null ? byFingerprint(shown) : trust;
        switch (PeerCheck.check(shown, believed, clock.instant())) {
            case Peer.Proven(var id) -> {
                if (!id.namespace().equals(NAMESPACE) || !id.serviceAccount().equals(ACCOUNT)) {
                    throw new CertificateException(
                            address + " is " + id + ", not a CA: expected " + NAMESPACE + "/sa/" + ACCOUNT);
                }
            }
            case Peer.Refused(var reason) ->
                throw new CertificateException(address + " isn't proven to be our CA: " + reason);
        }
    }

    /// The CA sends its root along, so that somebody who knows no more than its fingerprint can check.
    private Trust byFingerprint(List<X509Certificate> shown) throws CertificateException {
        for (var certificate : shown) {
            if (Pem.fingerprint(certificate).equals(address.fingerprint())) {
                var id = certificate.getSubjectAlternativeNames();
                String domain = id == null
                        ? ""
                        : id.stream()
                                .map(name -> String.valueOf(name.get(1)))
                                .filter(name -> name.startsWith("spiffe://"))
                                .map(name -> name.substring("spiffe://".length()))
                                .findFirst()
                                .orElse("");
                return new Trust(domain, 0, List.of(certificate), Set.of());
            }
        }
        throw new CertificateException("no certificate that " + address + " shows has the fingerprint "
                + address.fingerprint() + " that we were told; is it another CA's?");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("this end has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("this end has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("this end has no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
