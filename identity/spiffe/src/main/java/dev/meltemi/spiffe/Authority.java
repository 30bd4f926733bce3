package dev.meltemi.spiffe;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A root with its key: what signs the leaves of one trust domain. The CA runs one; tests make their own.
public final class Authority {
    public static final Duration ROOT_LIFE = Duration.ofDays(3650);
    public static final Duration LONGEST_LIFE = Duration.ofDays(90);
    public static final Duration LIFE = Duration.ofHours(24);
    /// For verifiers whose clocks are behind.
    private static final Duration BACKDATED = Duration.ofMinutes(5);
    /// Bits of a serial number: RFC 5280 4.1.2.2 has at most 20 octets, and positive.
    private static final int SERIAL_BITS = 159;

    private final String trustDomain;
    private final X509Certificate root;
    private final PrivateKey key;
    private final SecureRandom random;

    private Authority(String trustDomain, X509Certificate root, PrivateKey key, SecureRandom random) {
        this.trustDomain = trustDomain;
        this.root = root;
        this.key = key;
        this.random = random;
    }

    /// What a leaf shall say.
    ///
    /// @param role of its owner in Kafka's access lists: `sidecar`
    /// @param dnsNames for those who verify a server by its host name, as Kafka's clients do
    /// @param life from now on; the start is backdated by five minutes, or a quarter of a shorter life
    public record Leaf(SpiffeId id, String role, PublicKey key, List<String> dnsNames, Duration life) {
        public Leaf {
            dnsNames = List.copyOf(dnsNames);
            if (life.isNegative() || life.isZero() || life.compareTo(LONGEST_LIFE) > 0) {
                throw new IllegalArgumentException(
                        "a certificate lives more than 0 and at most " + LONGEST_LIFE.toDays() + " days, not " + life);
            }
        }
    }

    /// A new root.
    ///
    /// @throws IllegalArgumentException when that can't be a trust domain
    public static Authority create(String trustDomain, Instant now, SecureRandom random) {
        // the same characters as in any id of it
        var domain = new SpiffeId(trustDomain, "istio-system", "ca").trustDomain();
        var pair = Keys.make(random);
        var name = name(domain, "Meltemi root", "root");
        var builder = builder(name, name, pair.getPublic(), now.minus(BACKDATED), now.plus(ROOT_LIFE), random);
        try {
            var hashes = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, hashes.createSubjectKeyIdentifier(pair.getPublic()));
            // X.509-SVID 4.1: a signing certificate's SPIFFE id is the trust domain's
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://" + domain)));
        } catch (IOException | java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("a root can't be written", e);
        }
        return new Authority(domain, signed(builder, pair.getPrivate(), random), pair.getPrivate(), random);
    }

    /// A root that was made before.
    ///
    /// @throws IllegalArgumentException when it names no trust domain, or the key is another's
    public static Authority of(X509Certificate root, PrivateKey key, SecureRandom random) {
        try {
            var signature = java.security.Signature.getInstance("SHA256withECDSA");
            signature.initSign(key, random);
            signature.update(root.getSignature());
            byte[] proof = signature.sign();
            signature.initVerify(root.getPublicKey());
            signature.update(root.getSignature());
            if (root.getBasicConstraints() < 0 || !signature.verify(proof)) {
                throw new IllegalArgumentException("the certificate is no CA, or the key isn't its key");
            }
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalArgumentException("the key isn't the key of that root: " + e.getMessage(), e);
        }
        return new Authority(domainOf(root), root, key, random);
    }

    /// The trust domain that a root names.
    ///
    /// @throws IllegalArgumentException when it names none
    public static String domainOf(X509Certificate root) {
        try {
            var names = root.getSubjectAlternativeNames();
            return names == null
                    ? noDomain(root)
                    : names.stream()
                            .map(name -> String.valueOf(name.get(1)))
                            .filter(name -> name.startsWith("spiffe://"))
                            .map(name -> name.substring("spiffe://".length()))
                            .findFirst()
                            .orElseGet(() -> noDomain(root));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("the root's names can't be read: " + e.getMessage(), e);
        }
    }

    private static String noDomain(X509Certificate root) {
        throw new IllegalArgumentException("the root " + root.getSubjectX500Principal()
                + " names no trust domain: it needs a URI name spiffe://TRUST-DOMAIN");
    }

    public String trustDomain() {
        return trustDomain;
    }

    public X509Certificate root() {
        return root;
    }

    public PrivateKey key() {
        return key;
    }

    /// Signs a leaf. It ends with the root at the latest.
    ///
    /// @throws IllegalArgumentException when the id is of another trust domain, the key is too weak, or the root
    /// has expired
    public X509Certificate sign(Leaf leaf, Instant now) {
        if (!leaf.id().trustDomain().equals(trustDomain)) {
            throw new IllegalArgumentException(leaf.id() + " isn't of trust domain " + trustDomain);
        }
        if (!Keys.acceptable(leaf.key())) {
            throw new IllegalArgumentException("a key of P-256, P-384 or RSA with 2048 to 4096 bits is needed, not "
                    + leaf.key().getAlgorithm());
        }
        var rootEnd = root.getNotAfter().toInstant();
        if (!now.isBefore(rootEnd)) {
            throw new IllegalArgumentException("the root expired at " + rootEnd);
        }
        var quarter = leaf.life().dividedBy(4);
        var start = now.minus(quarter.compareTo(BACKDATED) < 0 ? quarter : BACKDATED);
        var end = now.plus(leaf.life());
        var builder = builder(
                X500Name.getInstance(root.getSubjectX500Principal().getEncoded()),
                name(trustDomain, leaf.id().serviceAccount() + "." + leaf.id().namespace(), leaf.role()),
                leaf.key(),
                start,
                end.isAfter(rootEnd) ? rootEnd : end,
                random);
        try {
            var hashes = new JcaX509ExtensionUtils();
            var names = new ArrayList<GeneralName>();
            names.add(new GeneralName(
                    GeneralName.uniformResourceIdentifier, leaf.id().uri()));
            leaf.dnsNames().forEach(dns -> names.add(serverName(dns)));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(new GeneralName[0])));
            builder.addExtension(Extension.subjectKeyIdentifier, false, hashes.createSubjectKeyIdentifier(leaf.key()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, hashes.createAuthorityKeyIdentifier(root.getPublicKey()));
        } catch (IOException | java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("a leaf can't be written", e);
        }
        return signed(builder, key, random);
    }

    /// Makes a key and signs a leaf for it: for members whose credentials are made beside the root, and for tests.
    public Credential issue(SpiffeId id, String role, List<String> dnsNames, Duration life, Instant now) {
        KeyPair pair = Keys.make(random);
        return new Credential(
                id, pair.getPrivate(), List.of(sign(new Leaf(id, role, pair.getPublic(), dnsNames, life), now)));
    }

    /// Who believes this root alone.
    ///
    /// @param sequence see {@link Trust}
    public Trust trust(long sequence) {
        return new Trust(trustDomain, sequence, List.of(root), Set.of());
    }

    /// An address is a name of its own kind: clients compare it only with such.
    private static GeneralName serverName(String name) {
        boolean address = name.matches("[0-9.]+") || name.contains(":");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    /// RFC 2253 writes it from its end: `CN=reviews.default,OU=sidecar,O=cluster.local`.
    private static X500Name name(String domain, String common, String role) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, domain)
                .addRDN(BCStyle.OU, role)
                .addRDN(BCStyle.CN, common)
                .build();
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant start, Instant end, SecureRandom random) {
        return new JcaX509v3CertificateBuilder(
                issuer, new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE), date(start), date(end), subject, key);
    }

    private static Date date(Instant at) {
        return Date.from(at);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key, SecureRandom random) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .setSecureRandom(random)
                            .build(key)));
        } catch (OperatorCreationException | CertificateException e) {
            throw new IllegalStateException("signing failed: " + e.getMessage(), e);
        }
    }
}
