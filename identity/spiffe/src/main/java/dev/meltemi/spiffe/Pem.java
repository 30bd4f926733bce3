package dev.meltemi.spiffe;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;

/// Keys and certificates as the text that everybody's tools read (RFC 7468).
public final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String ENCRYPTED_KEY = "ENCRYPTED PRIVATE KEY";
    private static final String PUBLIC_KEY = "PUBLIC KEY";
    static final String REQUEST = "CERTIFICATE REQUEST";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA");
    /// PBES2 of RFC 8018; `openssl pkey` reads it.
    private static final String ENCRYPTION = "PBEWithHmacSHA256AndAES_256";
    /// For passphrases that people choose: OWASP's password storage sheet (2023) for PBKDF2 with HMAC-SHA256; about a
    /// third of a second a key.
    public static final int SLOW = 600_000;

    /// For passphrases of 128 random bits or more: nobody guesses those, however quick a guess is.
    public static final int QUICK = 10_000;

    private static final int SALT_BYTES = 16;

    private Pem() {}

    /// @throws IllegalArgumentException when one can't be read, or there is none
    public static List<X509Certificate> certificates(String text) {
        var found = new ArrayList<X509Certificate>();
        for (byte[] der : blocks(text, CERTIFICATE)) {
            try {
                if (CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der))
                        instanceof X509Certificate certificate) {
                    found.add(certificate);
                }
            } catch (CertificateException e) {
                throw new IllegalArgumentException("a certificate can't be read: " + e.getMessage(), e);
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no -----BEGIN CERTIFICATE----- in it");
        }
        return found;
    }

    public static String of(List<X509Certificate> certificates) {
        var text = new StringBuilder();
        for (var certificate : certificates) {
            text.append(block(CERTIFICATE, der(certificate)));
        }
        return text.toString();
    }

    /// @throws IllegalArgumentException when there is no unencrypted PKCS#8 key, EC or RSA, in it
    public static PrivateKey privateKey(String text) {
        var blocks = blocks(text, PRIVATE_KEY);
        if (blocks.size() != 1) {
            throw new IllegalArgumentException(
                    "expected one -----BEGIN PRIVATE KEY----- (PKCS#8, not encrypted), found " + blocks.size());
        }
        var spec = new PKCS8EncodedKeySpec(blocks.getFirst());
        return read(
                "private key", algorithm -> KeyFactory.getInstance(algorithm).generatePrivate(spec));
    }

    /// As {@link #privateKey}, and the forms that were usual before PKCS#8: `RSA PRIVATE KEY` (RFC 8017) and `EC
    /// PRIVATE KEY` (RFC 5915), as openssl and many issuers still write them.
    ///
    /// @throws IllegalArgumentException when there is none of them, unencrypted, in it
    public static PrivateKey anyPrivateKey(String text) {
        var rsa = blocks(text, "RSA PRIVATE KEY");
        var ec = blocks(text, "EC PRIVATE KEY");
        if (rsa.isEmpty() && ec.isEmpty()) {
            return privateKey(text);
        }
        try {
            var spec = new PKCS8EncodedKeySpec(
                    rsa.isEmpty() ? KeyShapes.ofEc(ec.getFirst()) : KeyShapes.ofRsa(rsa.getFirst()));
            return read("private key", each -> KeyFactory.getInstance(each).generatePrivate(spec));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException("the private key can't be read: is it encrypted?", e);
        }
    }

    public static String of(PrivateKey key) {
        return block(PRIVATE_KEY, key.getEncoded());
    }

    /// @throws IllegalArgumentException when there is no key, EC or RSA, in it
    public static PublicKey publicKey(String text) {
        var blocks = blocks(text, PUBLIC_KEY);
        if (blocks.size() != 1) {
            throw new IllegalArgumentException("expected one -----BEGIN PUBLIC KEY-----, found " + blocks.size());
        }
        var spec = new X509EncodedKeySpec(blocks.getFirst());
        return read("public key", algorithm -> KeyFactory.getInstance(algorithm).generatePublic(spec));
    }

    public static String of(PublicKey key) {
        return block(PUBLIC_KEY, key.getEncoded());
    }

    /// Encrypted PKCS#8: PBES2, PBKDF2 with HMAC-SHA256, AES-256.
    ///
    /// @param iterations of PBKDF2: {@link #SLOW} or {@link #QUICK}
    public static String encrypted(PrivateKey key, char[] passphrase, int iterations, SecureRandom random) {
        try {
            byte[] salt = new byte[SALT_BYTES];
            random.nextBytes(salt);
            var cipher = Cipher.getInstance(ENCRYPTION);
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    SecretKeyFactory.getInstance(ENCRYPTION).generateSecret(new PBEKeySpec(passphrase)),
                    new PBEParameterSpec(salt, iterations),
                    random);
            return block(
                    ENCRYPTED_KEY,
                    KeyShapes.sealed(cipher.getParameters().getEncoded(), cipher.doFinal(key.getEncoded())));
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException("every Java platform has " + ENCRYPTION, e);
        }
    }

    /// @throws IllegalArgumentException when there is no encrypted key in it, or the passphrase is another
    public static PrivateKey decrypted(String text, char[] passphrase) {
        var blocks = blocks(text, ENCRYPTED_KEY);
        if (blocks.size() != 1) {
            throw new IllegalArgumentException(
                    "expected one -----BEGIN ENCRYPTED PRIVATE KEY-----, found " + blocks.size());
        }
        try {
            var sealed = new EncryptedPrivateKeyInfo(blocks.getFirst());
            // PBES2 is one name for many; the parameters say which.
            var name = sealed.getAlgParameters().toString();
            var cipher = Cipher.getInstance(name);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(name).generateSecret(new PBEKeySpec(passphrase)),
                    sealed.getAlgParameters());
            var spec = sealed.getKeySpec(cipher);
            return read(
                    "private key",
                    algorithm -> KeyFactory.getInstance(algorithm).generatePrivate(spec));
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalArgumentException("it can't be decrypted: is that its passphrase?", e);
        }
    }

    /// SHA-256 of the DER form, lower-case hex.
    public static String fingerprint(X509Certificate certificate) {
        return sha256(der(certificate));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String block(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    static List<byte[]> blocks(String text, String label) {
        var found = new ArrayList<byte[]>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (label.equals(matcher.group(1))) {
                found.add(Base64.getMimeDecoder().decode(matcher.group(2)));
            }
        }
        return found;
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("a certificate has no DER form: " + e.getMessage(), e);
        }
    }

    private interface Reading<K> {
        K by(String algorithm) throws GeneralSecurityException;
    }

    private static <K> K read(String what, Reading<K> reading) {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return reading.by(algorithm);
            } catch (InvalidKeySpecException e) {
                // of another algorithm: the next one is tried, and the end says which there are
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has " + algorithm, e);
            }
        }
        throw new IllegalArgumentException("the " + what + " is neither EC nor RSA");
    }
}
