package dev.meltemi.proxy.tls;

import dev.meltemi.routing.Principals;
import dev.meltemi.spiffe.SpiffeId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/// Whom a handshake has proven. Made once for each certificate and shared by all its connections.
///
/// @param chain leaf first, to be judged again when trust changes
/// @param calling the names when we call it
/// @param called the names when it calls us
/// @param forwarded its element of `x-forwarded-client-cert`, with Istio's keys in Istio's order
public record ProvenPeer(
        SpiffeId id, List<X509Certificate> chain, Principals calling, Principals called, String forwarded) {
    /// @param own our name, to which the peer spoke
    static ProvenPeer of(SpiffeId id, List<X509Certificate> chain, SpiffeId own) {
        X509Certificate leaf = chain.getFirst();
        String subject = leaf.getSubjectX500Principal().getName(X500Principal.RFC2253);
        return new ProvenPeer(
                id,
                chain,
                new Principals(own.uri(), id.uri()),
                new Principals(id.uri(), own.uri()),
                "By=" + own.uri() + ";Hash=" + hash(leaf) + ";Subject=\""
                        + subject.replace("\\", "\\\\").replace("\"", "\\\"") + "\";URI=" + id.uri());
    }

    private static String hash(X509Certificate leaf) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was just checked has no encoding", e);
        }
    }
}
