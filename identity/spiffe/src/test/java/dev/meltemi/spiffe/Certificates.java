package dev.meltemi.spiffe;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Certificates that no honest authority signs.
final class Certificates {
    private Certificates() {}

    static X509Certificate selfSigned(SpiffeId id, Instant now, Duration life, SecureRandom random) {
        KeyPair pair = Keys.make(random);
        var name = new X500Name("CN=self");
        return signed(name, pair.getPrivate(), pair, id, now, life);
    }

    static X509Certificate signedBy(Credential signer, SpiffeId id, Instant now, Duration life, SecureRandom random) {
        var issuer =
                X500Name.getInstance(signer.leaf().getSubjectX500Principal().getEncoded());
        return signed(issuer, signer.key(), Keys.make(random), id, now, life);
    }

    private static X509Certificate signed(
            X500Name issuer, PrivateKey signer, KeyPair pair, SpiffeId id, Instant now, Duration life) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.TWO,
                    Date.from(now),
                    Date.from(now.plus(life)),
                    new X500Name("CN=self"),
                    pair.getPublic());
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
