package dev.meltemi.distribution;

import dev.meltemi.spiffe.Identity;
import dev.meltemi.workload.CredentialsException;
import dev.meltemi.workload.CredentialsFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A credentials folder that somebody may renew while we run: read anew when its files have changed, so that the next
/// connection shows the new certificate. What can't be read leaves the credentials of before in use.
final class LiveCredentials implements Supplier<@Nullable Identity> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCredentials.class);

    private final CredentialsFolder folder;
    private Identity identity;
    private List<FileTime> seen;

    /// @throws CredentialsException when they can't be read now
    LiveCredentials(Path folder) {
        this.folder = new CredentialsFolder(folder);
        this.seen = changed();
        this.identity = this.folder.read();
    }

    @Override
    public synchronized Identity get() {
        var now = changed();
        if (!now.equals(seen)) {
            seen = now;
            try {
                identity = folder.read();
                LOG.info("event=credentials_renewed folder={} credential={}", folder.folder(), identity.credential());
            } catch (CredentialsException e) {
                LOG.warn("event=credentials_unreadable folder={} reason=\"{}\"", folder.folder(), e.getMessage());
            }
        }
        return Objects.requireNonNull(identity);
    }

    private List<FileTime> changed() {
        return List.of("cert.pem", "key.pem", "roots.pem").stream()
                .map(name -> changed(folder.folder().resolve(name)))
                .toList();
    }

    private static FileTime changed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // it isn't there: reading the folder says so
        }
    }
}
