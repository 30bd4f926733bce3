package dev.meltemi.proxy.tls;

import dev.meltemi.proxy.tls.TlsMaterial.Own;
import dev.meltemi.spiffe.Pem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads certificates and keys once, and remembers which files it looked at, so that somebody can tell whether they
/// have changed since. A credential is a folder `NAME` or `NAMESPACE/NAME` with files called as the entries of a
/// Kubernetes secret: `tls.crt`, `tls.key` and `ca.crt` of `kubectl create secret tls`, or Istio's `cert`, `key` and
/// `cacert`. Authorities may have a folder of their own, `NAME-cacert`.
final class CredentialFiles {
    private static final long MOST_OCTETS = 1024 * 1024;
    private static final String[] CERTIFICATE = {"tls.crt", "cert"};
    private static final String[] KEY = {"tls.key", "key"};
    private static final String[] AUTHORITIES = {"ca.crt", "cacert"};
    private static final String[] REVOKED = {"ca.crl", "crl"};

    private final @Nullable Path folder;
    private final Map<Path, Stamp> seen = new HashMap<>();

    /// By what a replaced file differs.
    ///
    /// @param key of the file system, which a renamed file brings along
    private record Stamp(
            FileTime changed, long size, @Nullable Object key) {
        static final Stamp NONE = new Stamp(FileTime.fromMillis(0), -1, null);

        static Stamp of(Path file) {
            try {
                var found = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
            } catch (IOException _) {
                return NONE;
            }
        }
    }

    /// @param folder of credentials; null: there are none by name
    CredentialFiles(@Nullable Path folder) {
        this.folder = folder;
    }

    /// Whether a file that was looked at is another one now.
    boolean changed() {
        return seen.entrySet().stream()
                .anyMatch(each -> !Stamp.of(each.getKey()).equals(each.getValue()));
    }

    /// @throws IllegalArgumentException with the reason, which names the file
    Own named(String name) {
        return own(inside(name, CERTIFICATE), inside(name, KEY));
    }

    /// @throws IllegalArgumentException with the reason, which names the file
    Own own(Path certificate, Path key) {
        List<X509Certificate> chain = certificates(certificate);
        PrivateKey ours;
        try {
            ours = Pem.anyPrivateKey(text(key));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
        if (!belongs(new KeyPair(chain.getFirst().getPublicKey(), ours))) {
            throw new IllegalArgumentException(key + " isn't the key of the certificate in " + certificate);
        }
        return new Own(ours, chain);
    }

    /// The authorities that come with a credential, if any do.
    Optional<Path> authorities(String name) {
        return Optional.of(inside(name, AUTHORITIES))
                .filter(this::isThere)
                .or(() -> Optional.of(inside(name + "-cacert", AUTHORITIES)).filter(this::isThere));
    }

    Optional<Path> revoked(String name) {
        return Optional.of(inside(name, REVOKED)).filter(this::isThere);
    }

    /// @throws IllegalArgumentException with the reason, which names the file
    List<X509Certificate> certificates(Path file) {
        try {
            return Pem.certificates(text(file));
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            throw new IllegalArgumentException(why.startsWith(file.toString()) ? why : file + ": " + why, e);
        }
    }

    /// @throws IllegalArgumentException with the reason, which names the file
    List<CRL> revoked(Path file) {
        try {
            byte[] octets = text(file).getBytes(StandardCharsets.ISO_8859_1);
            return List.copyOf(CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(octets)));
        } catch (CertificateException | CRLException e) {
            throw new IllegalArgumentException(file + ": no list of revoked certificates: " + e.getMessage(), e);
        }
    }

    private boolean isThere(Path file) {
        Stamp stamp = Stamp.of(file);
        seen.put(file, stamp);
        return !stamp.equals(Stamp.NONE);
    }

    /// The first of the files that is there, else the first.
    private Path inside(String name, String[] words) {
        if (folder == null) {
            throw new IllegalArgumentException("credential " + name
                    + ": this proxy has no folder of credentials; start it with --credentials-dir DIR");
        }
        String bare = name.substring(name.indexOf("://") < 0 ? 0 : name.indexOf("://") + 3);
        Path inside = folder.resolve(bare).normalize();
        if (!inside.startsWith(folder.normalize()) || inside.equals(folder.normalize())) {
            throw new IllegalArgumentException("credential " + name + " is no name of a folder in " + folder);
        }
        for (String word : words) {
            if (isThere(inside.resolve(word))) {
                return inside.resolve(word);
            }
        }
        return inside.resolve(words[0]);
    }

    private String text(Path file) {
        Stamp before = Stamp.of(file);
        seen.put(file, before);
        try {
            if (before.size() > MOST_OCTETS) {
                throw new IllegalArgumentException(file + " has more than a mebibyte");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException _) {
            throw new IllegalArgumentException(file + " isn't there");
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " can't be read: " + e, e);
        }
    }

    /// Whether what the one signs the other believes.
    private static boolean belongs(KeyPair pair) {
        PublicKey shown = pair.getPublic();
        try {
            var signing = Signature.getInstance(
                    pair.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            signing.initSign(pair.getPrivate());
            signing.update((byte) 1);
            byte[] signed = signing.sign();
            signing.initVerify(shown);
            signing.update((byte) 1);
            return signing.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}
