package dev.meltemi.distribution;

import dev.meltemi.ca.CaException;
import dev.meltemi.ca.CaFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a CA's folder is and what opens its keys; the same options on every command that needs it.
final class CaFolderOptions {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            required = true,
            description = "folder of the CA, as \"ca init\" makes it; its part DIR/ca is understood, too")
    private Path dir = Path.of("");

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "what opens the CA's keys (default: a random one in DIR/ca/passphrase)")
    private @Nullable Path passphraseFile;

    CaFolder folder() {
        var parent = dir.toAbsolutePath().getParent();
        return new CaFolder(
                Files.exists(dir.resolve("root-key.pem")) && parent != null
                        ? parent
                        : dir.toAbsolutePath().normalize());
    }

    /// @throws CaException when the file can't be read, or is empty
    Optional<char[]> passphrase() {
        if (passphraseFile == null) {
            return Optional.empty();
        }
        try {
            var text = Files.readString(passphraseFile).strip();
            if (text.isEmpty()) {
                throw new CaException("the passphrase file " + passphraseFile + " is empty", null);
            }
            return Optional.of(text.toCharArray());
        } catch (IOException e) {
            throw new CaException("the passphrase file " + passphraseFile + " can't be read: " + e, e);
        }
    }
}
