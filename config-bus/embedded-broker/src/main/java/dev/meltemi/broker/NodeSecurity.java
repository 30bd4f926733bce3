package dev.meltemi.broker;

import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Kafka's settings for a node that speaks TLS only and allows nobody anything that isn't granted. The controller's
/// listener is TLS, too: over a plaintext one the broker itself would be anonymous, and refused by its own
/// authorizer.
final class NodeSecurity {
    /// From the subject `CN=<service account>.<namespace>,OU=<role>,O=<trust domain>` to the role. Anything else stays
    /// a distinguished name, which no access list of ours mentions.
    private static final String PRINCIPAL_IS_ROLE = "RULE:^CN=[A-Za-z0-9._-]+,OU=([a-z-]+),O=[a-z0-9._-]+$/$1/,DEFAULT";

    private NodeSecurity() {}

    /// @param credentials folder with `cert.pem` (leaf first), `key.pem` (PKCS#8) and `roots.pem`
    /// @param now the certificate must be in force
    /// @throws BrokerStartException naming the file and what is wrong with it
    static Map<String, String> of(Path credentials, Instant now) {
        var certificate = text(credentials, "cert.pem");
        var roots = text(credentials, "roots.pem");
        requireBroker(credentials, certificate, roots, now);
        return Map.ofEntries(
                Map.entry("ssl.keystore.type", "PEM"),
                Map.entry("ssl.keystore.certificate.chain", certificate),
                Map.entry("ssl.keystore.key", text(credentials, "key.pem")),
                Map.entry("ssl.truststore.type", "PEM"),
                Map.entry("ssl.truststore.certificates", roots),
                Map.entry("ssl.client.auth", "required"),
                // the node's connections to itself: its certificate proves a name of the mesh, not of a host
                Map.entry("ssl.endpoint.identification.algorithm", ""),
                Map.entry("ssl.principal.mapping.rules", PRINCIPAL_IS_ROLE),
                Map.entry("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
                Map.entry("super.users", "User:broker"),
                Map.entry("allow.everyone.if.no.acl.found", "false"),
                // a client with a bad certificate, trying again and again, costs a handshake a second
                Map.entry("connection.failed.authentication.delay.ms", "1000"));
    }

    /// A node that can't believe itself would wait for itself for ever.
    private static void requireBroker(Path folder, String certificate, String roots, Instant now) {
        try {
            var chain = Pem.certificates(certificate);
            var id = PeerCheck.idOf(chain.getFirst());
            var expected = new SpiffeId(id.trustDomain(), "istio-system", "broker");
            var trust = new Trust(id.trustDomain(), 0, Pem.certificates(roots), Set.of());
            switch (PeerCheck.check(chain, trust, now)) {
                case Peer.Refused(var reason) -> throw unusable(folder, "cert.pem", reason, null);
                case Peer.Proven(var proven) -> {
                    if (!proven.equals(expected) || !hasRole(chain)) {
                        throw unusable(folder, "cert.pem", "it is " + proven + "'s, not a broker's", null);
                    }
                }
            }
        } catch (IllegalArgumentException | CertificateParsingException e) {
            throw unusable(folder, "cert.pem or roots.pem", String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean hasRole(List<X509Certificate> chain) {
        return List.of(chain.getFirst().getSubjectX500Principal().getName().split(",", -1))
                .contains("OU=broker");
    }

    private static String text(Path folder, String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (NoSuchFileException e) {
            throw unusable(folder, name, "there is no such file", e);
        } catch (IOException e) {
            throw unusable(folder, name, e.toString(), e);
        }
    }

    private static BrokerStartException unusable(Path folder, String file, String why, @Nullable Throwable cause) {
        var text = "the broker's credentials in " + folder + " can't be used: " + file + ": " + why
                + "; next: name the folder DIR/broker that `meltemi ca init --dir DIR` wrote";
        return cause == null ? new BrokerStartException(text) : new BrokerStartException(text, cause);
    }
}
