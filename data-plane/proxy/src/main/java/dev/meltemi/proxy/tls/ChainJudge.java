package dev.meltemi.proxy.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// Whom one side of TLS believes that isn't the mesh's own: who has a certificate of its authorities, under a name
/// that is expected. A resumed session asks no trust manager, so that dates are judged again once a handshake is
/// complete; all else can't change, because other settings and other files make another judge.
final class ChainJudge extends X509ExtendedTrustManager {
    /// As Envoy's, so that it is found in logs.
    private static final String FAILED = "CERTIFICATE_VERIFY_FAILED:";

    private final @Nullable X509TrustManager paths;
    private final List<X509Certificate> authorities;
    private final Expected expected;

    /// What is asked of a certificate besides an authority's word. Empty lists ask nothing.
    ///
    /// @param names one of them is among its subject alternative names, letter by letter; where the certificate
    /// has a wildcard that counts
    /// @param spki SHA-256 of its public key in base64; one of these or of `hashes` is right
    /// @param hashes SHA-256 of all of it in hex, with or without colons
    record Expected(List<String> names, List<String> spki, List<String> hashes) {
        static final Expected ANYTHING = new Expected(List.of(), List.of(), List.of());

        Expected {
            names = List.copyOf(names);
            spki = List.copyOf(spki);
            hashes = hashes.stream()
                    .map(hash -> hash.replace(":", "").toLowerCase(Locale.ROOT))
                    .toList();
        }
    }

    private ChainJudge(@Nullable X509TrustManager paths, List<X509Certificate> authorities, Expected expected) {
        this.paths = paths;
        this.authorities = authorities;
        this.expected = expected;
    }

    /// Believes everybody: a rule says so.
    static ChainJudge blind() {
        return new ChainJudge(null, List.of(), Expected.ANYTHING);
    }

    /// @throws IllegalArgumentException when there is no authority
    static ChainJudge of(TlsMaterial material, Expected expected) {
        if (material.authorities().isEmpty()) {
            throw new IllegalArgumentException("there is no authority by which to judge certificates: give ca.crt");
        }
        try {
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            for (X509Certificate authority : material.authorities()) {
                anchors.setCertificateEntry(Integer.toString(anchors.size()), authority);
            }
            var parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(!material.revoked().isEmpty());
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(material.revoked())));
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            for (TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509TrustManager judge) {
                    return new ChainJudge(judge, material.authorities(), expected);
                }
            }
            throw new IllegalStateException("every Java platform judges X.509 paths");
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalArgumentException("authorities can't be used: " + e.getMessage(), e);
        }
    }

    /// The chain of a session whose handshake is complete; empty: none was shown.
    ///
    /// @throws PeerRefusedException when a certificate of it isn't in force
    List<X509Certificate> shown(SSLSession session) throws PeerRefusedException {
        var chain = new ArrayList<X509Certificate>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
        } catch (SSLPeerUnverifiedException _) {
            return List.of();
        }
        if (paths != null) {
            for (X509Certificate certificate : chain) {
                inForce(certificate);
            }
        }
        return chain;
    }

    private static void inForce(X509Certificate certificate) throws PeerRefusedException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException _) {
            throw new PeerRefusedException(FAILED + "certificate has expired at "
                    + certificate.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException _) {
            throw new PeerRefusedException(FAILED + "certificate is not yet valid before "
                    + certificate.getNotBefore().toInstant());
        }
    }

    private void judge(X509Certificate[] chain, String authType, boolean client) throws CertificateException {
        X509TrustManager judge = paths;
        if (judge == null) {
            return;
        }
        for (X509Certificate certificate : chain) {
            inForce(certificate);
        }
        try {
            if (client) {
                judge.checkClientTrusted(chain, authType);
            } else {
                judge.checkServerTrusted(chain, authType);
            }
        } catch (CertificateException e) {
            throw new PeerRefusedException(FAILED + "no authority that is believed has signed "
                    + chain[0].getSubjectX500Principal().getName() + ": " + TlsFailure.reason(e));
        }
        named(chain[0]);
        pinned(chain[0]);
    }

    private void named(X509Certificate leaf) throws PeerRefusedException, CertificateParsingException {
        if (expected.names().isEmpty()) {
            return;
        }
        List<String> names = Names.of(leaf);
        if (expected.names().stream().noneMatch(wanted -> names.stream().anyMatch(name -> Names.is(name, wanted)))) {
            throw new PeerRefusedException(FAILED + "verify SAN list: it is for " + String.join(", ", names)
                    + "; expected " + String.join(" or ", expected.names()));
        }
    }

    private void pinned(X509Certificate leaf) throws CertificateException {
        if (expected.spki().isEmpty() && expected.hashes().isEmpty()) {
            return;
        }
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            String key = Base64.getEncoder()
                    .encodeToString(digest.digest(leaf.getPublicKey().getEncoded()));
            String all = HexFormat.of().formatHex(digest.digest(leaf.getEncoded()));
            if (!expected.spki().contains(key) && !expected.hashes().contains(all)) {
                throw new PeerRefusedException(FAILED + "verify hash: another certificate, " + all);
            }
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Subject alternative names.
    static final class Names {
        private Names() {}

        static List<String> of(X509Certificate leaf) throws CertificateParsingException {
            Collection<List<?>> all = leaf.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .map(name -> name.get(1))
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .toList();
        }

        /// A wildcard stands for one label (RFC 9525).
        static boolean is(String shown, String wanted) {
            if (shown.equalsIgnoreCase(wanted)) {
                return true;
            }
            int dot = wanted.indexOf('.');
            return shown.startsWith("*.") && dot > 0 && shown.substring(1).equalsIgnoreCase(wanted.substring(dot));
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge(chain, authType, true);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge(chain, authType, false);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge(chain, authType, true);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge(chain, authType, false);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge(chain, authType, true);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge(chain, authType, false);
    }

    /// Their names are told to clients, which may have several certificates to choose from.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }
}
