package dev.meltemi.proxy.tls;

import dev.meltemi.spiffe.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The authorities that this machine believes: those of its distribution, else those that came with Java.
final class SystemAuthorities {
    private static final Logger LOG = LoggerFactory.getLogger(SystemAuthorities.class);

    /// Debian and Alpine; Fedora and RHEL; openSUSE; the BSDs.
    private static final List<Path> BUNDLES = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
            Path.of("/etc/ssl/ca-bundle.pem"),
            Path.of("/etc/ssl/cert.pem"));

    private SystemAuthorities() {}

    static List<X509Certificate> read() {
        for (Path bundle : BUNDLES) {
            if (Files.isReadable(bundle)) {
                try {
                    return Pem.certificates(Files.readString(bundle, StandardCharsets.ISO_8859_1));
                } catch (IOException | IllegalArgumentException e) {
                    LOG.warn(
                            "event=system-authorities-unreadable file={} why=\"{}\" next=\"the next bundle\"",
                            bundle,
                            e.getMessage());
                }
            }
        }
        return ofJava();
    }

    private static List<X509Certificate> ofJava() {
        try {
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            var all = new ArrayList<X509Certificate>();
            for (TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509TrustManager trusting) {
                    all.addAll(List.of(trusting.getAcceptedIssuers()));
                }
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("this machine names no authorities: " + e.getMessage(), e);
        }
    }
}
