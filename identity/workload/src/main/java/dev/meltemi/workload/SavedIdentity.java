package dev.meltemi.workload;

import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateParsingException;
import java.util.Optional;

/// What a workload keeps in its state folder so that a restart needs nobody: `identity.pem` (key and chain in one file,
/// so that they always belong together) and `trust.avro` (the bundle as it stands on `mesh.trust`). Mode 0600, replaced
/// by renaming.
record SavedIdentity(Path folder) {
    private static final String IDENTITY = "identity.pem";
    private static final String TRUST = "trust.avro";

    /// Empty when nothing was saved.
    ///
    /// @throws IOException when it can't be read, or isn't right
    Optional<Identity> read() throws IOException {
        Path file = folder.resolve(IDENTITY);
        if (!Files.exists(file) || !Files.exists(folder.resolve(TRUST))) {
            return Optional.empty();
        }
        try {
            var text = Files.readString(file);
            var chain = Pem.certificates(text);
            var key = Pem.privateKey(text);
            if (!CredentialsFolder.belongTogether(chain.getFirst(), key)) {
                throw new IOException(file + ": its key isn't its certificate's");
            }
            var bundle = Topics.TRUST.codec().decode(Files.readAllBytes(folder.resolve(TRUST)));
            return Optional.of(
                    new Identity(new Credential(PeerCheck.idOf(chain.getFirst()), key, chain), Bundles.trust(bundle)));
        } catch (IllegalArgumentException | CertificateParsingException | MalformedRecordException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
    }

    void write(Credential credential) throws IOException {
        replace(
                IDENTITY,
                (Pem.of(credential.key()) + Pem.of(credential.chain()))
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    void write(TrustBundle bundle) throws IOException {
        replace(TRUST, Topics.TRUST.codec().encode(bundle));
    }

    private void replace(String name, byte[] bytes) throws IOException {
        Files.createDirectories(folder);
        Path fresh = folder.resolve(name + ".new");
        Files.deleteIfExists(fresh);
        // created with its mode: nobody reads it between creation and a change of mode
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(fresh, bytes);
        Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
