package dev.meltemi.workload;

import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// The credentials of a member that gets no certificate by itself: `cert.pem` (leaf first, root left out), `key.pem`
/// (PKCS#8, mode 0600) and `roots.pem`, as `meltemi ca init` writes them.
public record CredentialsFolder(Path folder) {
    /// Reads all three files; nothing is kept, so a later call sees what was renewed.
    ///
    /// @throws CredentialsException naming the file and what is wrong with it
    public Identity read() {
        Path certificateFile = folder.resolve("cert.pem");
        List<X509Certificate> chain = read(certificateFile, Pem::certificates);
        PrivateKey key = read(folder.resolve("key.pem"), Pem::privateKey);
        List<X509Certificate> roots = read(folder.resolve("roots.pem"), Pem::certificates);
        SpiffeId id = id(certificateFile, chain.getFirst());
        if (!belongTogether(chain.getFirst(), key)) {
            throw broken(folder.resolve("key.pem"), "it isn't the key of cert.pem beside it", null);
        }
        return new Identity(new Credential(id, key, chain), new Trust(id.trustDomain(), 0, roots, Set.of()));
    }

    private static <T> T read(Path file, Function<String, T> parse) {
        try {
            return parse.apply(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw broken(file, "there is no such file", e);
        } catch (IOException e) {
            throw broken(file, e.toString(), e);
        } catch (IllegalArgumentException e) {
            throw broken(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static SpiffeId id(Path file, X509Certificate leaf) {
        try {
            return PeerCheck.idOf(leaf);
        } catch (IllegalArgumentException | CertificateParsingException e) {
            throw broken(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static CredentialsException broken(Path file, String why, @org.jspecify.annotations.Nullable Throwable e) {
        return new CredentialsException(
                "the credentials in " + file.getParent() + " can't be used: " + file.getFileName() + ": " + why
                        + "; next: name a folder that \"meltemi ca init\" wrote, or make the files anew with"
                        + " \"meltemi ca issue\"",
                e);
    }

    static boolean belongTogether(X509Certificate leaf, PrivateKey key) {
        try {
            var signature =
                    Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            byte[] anything = leaf.getSignature();
            signature.initSign(key);
            signature.update(anything);
            byte[] proof = signature.sign();
            signature.initVerify(leaf.getPublicKey());
            signature.update(anything);
            return signature.verify(proof);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
