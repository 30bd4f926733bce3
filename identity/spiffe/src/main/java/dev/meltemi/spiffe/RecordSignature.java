package dev.meltemi.spiffe;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A sender's word for one record: ECDSA with SHA-256 over topic, key, value or its absence, and time, with the
/// key of its leaf.
///
/// @param bytes DER, as `SHA256withECDSA` makes them
/// @param signer the certificates of the sender in DER, one after the other, leaf first, root left out
/// @param at when the sender signed, in whole milliseconds
@SuppressWarnings("ArrayRecordComponent") // never written to
public record RecordSignature(byte[] bytes, byte[] signer, Instant at) {
    /// No signature for another purpose can be taken for one of ours.
    private static final String PURPOSE = "meltemi record 1";

    private static final String ALGORITHM = "SHA256withECDSA";
    private static final int TOMBSTONE = -1;

    /// @param topic without the mesh's prefix
    /// @param value null: a tombstone
    /// @throws IllegalStateException when the credential's key isn't an EC key
    public static RecordSignature of(
            Credential credential, String topic, String key, byte @Nullable [] value, Instant now) {
        Instant at = Instant.ofEpochMilli(now.toEpochMilli());
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(credential.key());
            signature.update(signed(topic, key, value, at));
            var chain = new ByteArrayOutputStream();
            for (X509Certificate certificate : credential.chain()) {
                chain.writeBytes(certificate.getEncoded());
            }
            return new RecordSignature(signature.sign(), chain.toByteArray(), at);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("can't sign as " + credential + ": " + e.getMessage(), e);
        }
    }

    /// Whether this leaf's key signed exactly that.
    public boolean fits(X509Certificate leaf, String topic, String key, byte @Nullable [] value) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(leaf.getPublicKey());
            signature.update(signed(topic, key, value, at));
            return signature.verify(bytes);
        } catch (GeneralSecurityException _) {
            return false; // another kind of key, or bytes that are no signature
        }
    }

    /// The sender's certificates.
    ///
    /// @throws CertificateException when they can't be read
    @SuppressWarnings("unchecked") // X.509 is what was asked for
    public List<X509Certificate> chain() throws CertificateException {
        return List.copyOf((java.util.Collection<X509Certificate>)
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(signer)));
    }

    /// Every part with its length before it, so that no two records have the same bytes.
    private static byte[] signed(String topic, String key, byte @Nullable [] value, Instant at) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (String text : List.of(PURPOSE, topic, key)) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                out.writeInt(utf8.length);
                out.write(utf8);
            }
            out.writeLong(at.toEpochMilli());
            out.writeInt(value == null ? TOMBSTONE : value.length);
            if (value != null) {
                out.write(value);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }
}
