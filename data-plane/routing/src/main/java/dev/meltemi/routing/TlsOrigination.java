package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ClientTlsSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// TLS that a proxy begins towards a cluster's endpoints on behalf of callers that speak plaintext, other than the
/// mesh's own. Paths are files on the proxy's machine.
///
/// @param mutual it shows a certificate
/// @param certificate path, or empty
/// @param privateKey path, or empty
/// @param authorities path; empty: those of the credential, else those of the machine
/// @param crl path, or empty
/// @param credential name in the proxy's folder of credentials; empty: paths
/// @param names of which the endpoint's certificate carries one; empty: any name will do
/// @param sni empty: none is sent
/// @param unverified any certificate will do
/// @param authorityCredentials whose authorities all count, instead of `credential`'s
/// @param trouble why nothing can be made of it, so that connections fail; empty: nothing is wrong
public record TlsOrigination(
        boolean mutual,
        String certificate,
        String privateKey,
        String authorities,
        String crl,
        String credential,
        List<String> names,
        String sni,
        boolean unverified,
        List<String> authorityCredentials,
        String trouble,
        TlsBounds bounds) {
    public TlsOrigination {
        names = List.copyOf(names);
        authorityCredentials = List.copyOf(authorityCredentials);
    }

    /// As Istio's `constructUpstreamTLS`: without a server name the called host is both the one that is sent
    /// and, where no names are given either, the one that is asked for. A rule that gives a server name and no
    /// other asks for none.
    ///
    /// @param host that is called
    /// @param bounds what the mesh says
    /// @param declared names that the service's own declaration asks for
    static TlsOrigination of(
            boolean mutual, @Nullable ClientTlsSettings told, String host, List<String> declared, TlsBounds bounds) {
        ClientTlsSettings said = told == null ? ClientTlsSettings.newBuilder().build() : told;
        String sni = said.getSni().isEmpty() ? known(host) : said.getSni();
        List<String> names = said.getSubjectAltNames().isEmpty() ? declared : said.getSubjectAltNames();
        if (names.isEmpty() && said.getSni().isEmpty()) {
            names = List.of(host);
        }
        return new TlsOrigination(
                mutual,
                said.getCertificatePath(),
                said.getPrivateKeyPath(),
                said.getCaCertificatesPath(),
                said.getCrlPath(),
                said.getCredentialName(),
                said.getInsecureSkipVerify() ? List.of() : names,
                sni,
                said.getInsecureSkipVerify(),
                said.getCaCredentialNames(),
                said.getTrouble(),
                bounds);
    }

    /// The same for one of the hosts that a wildcard stands for.
    TlsOrigination towards(String wildcard, String host) {
        return new TlsOrigination(
                mutual,
                certificate,
                privateKey,
                authorities,
                crl,
                credential,
                names.equals(List.of(wildcard)) ? List.of(host) : names,
                sni.isEmpty() ? host : sni,
                unverified,
                authorityCredentials,
                trouble,
                bounds);
    }

    private static String known(String host) {
        return host.startsWith("*") ? "" : host;
    }
}
