package dev.meltemi.proxy;

import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Signs whatever a test wants, also what no real authority would.
final class MeshAuthority {
    static final String TRUST_DOMAIN = "cluster.local";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair keys = keys();
    final X509Certificate root;

    MeshAuthority() {
        root = sign(
                new Wanted(List.of(), true, Instant.now().minusSeconds(60), Duration.ofDays(1)),
                "CN=root",
                keys.getPrivate(),
                "CN=root",
                keys.getPublic());
    }

    /// @param names URI names: type and text
    record Wanted(List<GeneralName> names, boolean ca, Instant from, Duration life) {
        static Wanted named(String... uris) {
            return new Wanted(
                    List.of(uris).stream()
                            .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                            .toList(),
                    false,
                    Instant.now().minusSeconds(60),
                    Duration.ofHours(1));
        }

        Wanted withNames(GeneralName... other) {
            return new Wanted(List.of(other), ca, from, life);
        }

        Wanted asAuthority() {
            return new Wanted(names, true, from, life);
        }

        Wanted from(Instant start, Duration lasting) {
            return new Wanted(names, ca, start, lasting);
        }
    }

    static SpiffeId id(String account) {
        return new SpiffeId(TRUST_DOMAIN, "default", account);
    }

    /// A member of this authority's mesh that believes in it.
    Identity member(String account) {
        return new Identity(credential(id(account), Wanted.named(id(account).uri())), trust());
    }

    Trust trust() {
        return new Trust(TRUST_DOMAIN, 1, List.of(root), Set.of());
    }

    /// @param id what its owner believes to be
    Credential credential(SpiffeId id, Wanted wanted) {
        KeyPair own = keys();
        return new Credential(
                id,
                own.getPrivate(),
                List.of(sign(wanted, "CN=root", keys.getPrivate(), "CN=leaf.default", own.getPublic())));
    }

    /// Under the root's name, by which callers choose what to show.
    static Credential selfSigned(SpiffeId id) {
        KeyPair own = keys();
        return new Credential(
                id,
                own.getPrivate(),
                List.of(sign(Wanted.named(id.uri()), "CN=root", own.getPrivate(), "CN=root", own.getPublic())));
    }

    private static X509Certificate sign(Wanted wanted, String issuer, PrivateKey key, String name, PublicKey subject) {
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                new BigInteger(127, RANDOM),
                Date.from(wanted.from()),
                Date.from(wanted.from().plus(wanted.life())),
                new X500Name(name),
                subject);
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(wanted.ca()));
            if (!wanted.names().isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(wanted.names().toArray(new GeneralName[0])));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("no certificate for " + name, e);
        }
    }

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
