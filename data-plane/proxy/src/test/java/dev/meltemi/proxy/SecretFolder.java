package dev.meltemi.proxy;

import dev.meltemi.proxy.MeshAuthority.Wanted;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Pem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;

/// Credentials as files, in the layout of a proxy's `--credentials-dir`.
record SecretFolder(Path folder) {
    static Wanted dns(String... names) {
        return Wanted.named()
                .withNames(List.of(names).stream()
                        .map(name -> new GeneralName(GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new));
    }

    static Credential of(MeshAuthority authority, Wanted wanted) {
        return authority.credential(MeshAuthority.id("any"), wanted);
    }

    /// `tls.crt` and `tls.key`, the certificate first.
    Credential put(String name, Credential credential) {
        write(name, "tls.crt", Pem.of(credential.chain()));
        write(name, "tls.key", Pem.of(credential.key()));
        return credential;
    }

    void authority(String name, X509Certificate root) {
        write(name, "ca.crt", Pem.of(List.of(root)));
    }

    Path write(String name, String file, String content) {
        try {
            Path there = Files.createDirectories(folder.resolve(name)).resolve(file);
            Path before = Files.writeString(folder.resolve("." + file), content);
            return Files.move(before, there, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
