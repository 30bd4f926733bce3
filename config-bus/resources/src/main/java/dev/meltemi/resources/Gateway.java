package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Where the mesh takes requests and connections from outside, or lets them out.
///
/// @param selector labels of the gateway workloads that serve it; empty: every one
public record Gateway(ResourceKey key, Map<String, String> selector, List<Server> servers) implements Resource {
    public Gateway {
        selector = Ordered.copy(selector);
        servers = List.copyOf(servers);
    }

    /// @param name empty without
    /// @param port 0 for a Unix socket
    /// @param bind address, `unix:///path`, or empty for the workload's own
    /// @param hosts as written: `*`, `*.example.com`, each perhaps after `namespace/`, `./` or `*/`
    /// @param httpsRedirect of a plaintext HTTP server: every request is sent to https
    /// @param tls empty: plaintext
    public record Server(
            String name,
            int port,
            String portName,
            Protocol protocol,
            String bind,
            List<String> hosts,
            boolean httpsRedirect,
            Optional<Tls> tls) {
        public Server {
            hosts = List.copyOf(hosts);
        }
    }

    /// Names are those of secrets; paths are of files on the gateway's machine.
    ///
    /// @param caCertificates path; empty: what the secret holds
    /// @param caCredential name of the secret with clients' authorities, if it is another; else empty
    /// @param caCrl path, or empty
    /// @param subjectAltNames names of which a client's certificate carries one; empty: any
    /// @param spki SHA-256 of clients' public keys in base64
    /// @param hashes SHA-256 of clients' certificates in hex
    /// @param minVersion `TLSV1_2`; empty or `TLS_AUTO`: the proxy's own choice
    /// @param ciphers OpenSSL's names
    public record Tls(
            TlsMode mode,
            List<String> credentialNames,
            List<CertificatePaths> certificates,
            String caCertificates,
            String caCredential,
            String caCrl,
            List<String> subjectAltNames,
            List<String> spki,
            List<String> hashes,
            String minVersion,
            String maxVersion,
            List<String> ciphers,
            boolean insecureSkipVerify) {
        public Tls {
            credentialNames = List.copyOf(credentialNames);
            certificates = List.copyOf(certificates);
            subjectAltNames = List.copyOf(subjectAltNames);
            spki = List.copyOf(spki);
            hashes = List.copyOf(hashes);
            ciphers = List.copyOf(ciphers);
        }

        /// Names of secrets, then paths of certificates.
        public List<String> credentials() {
            return Stream.concat(credentialNames.stream(), certificates.stream().map(CertificatePaths::certificate))
                    .toList();
        }
    }

    /// Paths on the gateway's machine.
    public record CertificatePaths(String certificate, String privateKey) {}

    /// Whether TLS ends at the gateway, and what its clients have to show.
    public enum TlsMode {
        PASSTHROUGH,
        SIMPLE,
        MUTUAL,
        AUTO_PASSTHROUGH,
        ISTIO_MUTUAL,
        OPTIONAL_MUTUAL;

        /// TLS goes on to who is called.
        public boolean isPassthrough() {
            return this == PASSTHROUGH || this == AUTO_PASSTHROUGH;
        }
    }
}
