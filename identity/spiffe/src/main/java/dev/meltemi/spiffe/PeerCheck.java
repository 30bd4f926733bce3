package dev.meltemi.spiffe;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;

/// Whether a chain proves a workload of our trust domain: it leads to a root we believe, is in force now, isn't
/// revoked, and its leaf isn't a CA and names exactly one SPIFFE id.
public final class PeerCheck {
    private static final int URI = 6;
    private static final int MAX_CHAIN = 5;

    private PeerCheck() {}

    /// @param chain as the peer sent it, leaf first
    /// @param now the validity of every certificate is judged by it
    public static Peer check(List<X509Certificate> chain, Trust trust, Instant now) {
        if (chain.isEmpty()) {
            return new Peer.Refused("no certificate was shown");
        }
        if (chain.size() > MAX_CHAIN) {
            return new Peer.Refused("a chain of " + chain.size() + " certificates; at most " + MAX_CHAIN + " are read");
        }
        X509Certificate leaf = chain.getFirst();
        if (leaf.getBasicConstraints() >= 0) {
            return new Peer.Refused("the leaf is a CA certificate");
        }
        if (trust.revoked().contains(leaf.getSerialNumber().toString(16))) {
            return new Peer.Refused("certificate " + leaf.getSerialNumber().toString(16) + " is revoked");
        }
        try {
            SpiffeId id = idOf(leaf);
            if (!id.trustDomain().equals(trust.trustDomain())) {
                return new Peer.Refused("trust domain " + id.trustDomain() + " isn't " + trust.trustDomain());
            }
            leadsToARoot(chain, trust, now);
            return new Peer.Proven(id);
        } catch (IllegalArgumentException | CertificateParsingException e) {
            return new Peer.Refused(String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException e) {
            return new Peer.Refused(why(leaf, e, now));
        }
    }

    /// The SPIFFE id that a leaf names.
    ///
    /// @throws IllegalArgumentException when it names none, several, or something else
    /// @throws CertificateParsingException when its names can't be read
    public static SpiffeId idOf(X509Certificate leaf) throws CertificateParsingException {
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        List<String> uris = names == null
                ? List.of()
                : names.stream()
                        .filter(name -> name.getFirst() instanceof Integer type && type == URI)
                        .map(name -> String.valueOf(name.get(1)))
                        .toList();
        if (uris.size() != 1) {
            throw new IllegalArgumentException(
                    "the certificate has " + uris.size() + " URI names; exactly one is a SPIFFE id");
        }
        return SpiffeId.parse(uris.getFirst());
    }

    private static void leadsToARoot(List<X509Certificate> chain, Trust trust, Instant now)
            throws GeneralSecurityException {
        var anchors =
                trust.roots().stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
        if (anchors.isEmpty()) {
            throw new CertPathValidatorException("no root is believed yet");
        }
        var parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(now));
        // A root that the peer sends along proves nothing, and PKIX wants it left out.
        var path = chain.stream()
                .filter(certificate -> !trust.roots().contains(certificate))
                .toList();
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    }

    private static String why(X509Certificate leaf, GeneralSecurityException failure, Instant now) {
        if (now.isAfter(leaf.getNotAfter().toInstant())) {
            return "certificate expired at " + leaf.getNotAfter().toInstant();
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            return "certificate isn't valid before " + leaf.getNotBefore().toInstant();
        }
        return "no root that we believe vouches for it: " + failure.getMessage();
    }
}
