package dev.meltemi.spiffe;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;

/// The keys of the mesh: P-256, which every TLS 1.2 and 1.3 peer knows and which signs in a fraction of RSA's time.
public final class Keys {
    private static final int SMALLEST_RSA = 2048;
    private static final int LARGEST_RSA = 4096;

    private Keys() {}

    public static KeyPair make(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    /// Whether a leaf may have this key: P-256, P-384, or RSA of 2048 to 4096 bits (larger ones are a way to make
    /// others compute).
    static boolean acceptable(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> {
                int bits = ec.getParams().getOrder().bitLength();
                yield bits == 256 || bits == 384;
            }
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= SMALLEST_RSA && rsa.getModulus().bitLength() <= LARGEST_RSA;
            default -> false;
        };
    }
}
