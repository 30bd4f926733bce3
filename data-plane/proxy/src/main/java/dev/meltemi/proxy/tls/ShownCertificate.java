package dev.meltemi.proxy.tls;

import dev.meltemi.spiffe.Pem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/// What a client showed to a gateway, as those behind it are told.
///
/// @param forwarded its element of `x-forwarded-client-cert`, with what Istio's gateways tell, in Envoy's order
public record ShownCertificate(String forwarded) {
    private static final int DNS = 2;
    private static final int URI = 6;

    /// @param own leaf that we showed, whose URI says by whom it was received
    static ShownCertificate of(X509Certificate leaf, X509Certificate own) {
        var told = new StringBuilder();
        names(own, URI).stream()
                .limit(1)
                .forEach(uri -> told.append("By=").append(uri).append(';'));
        told.append("Hash=").append(Pem.fingerprint(leaf));
        told.append(";Cert=\"")
                .append(URLEncoder.encode(Pem.of(List.of(leaf)), StandardCharsets.US_ASCII)
                        .replace("+", "%20"))
                .append('"');
        told.append(";Subject=\"")
                .append(leaf.getSubjectX500Principal()
                        .getName(X500Principal.RFC2253)
                        .replaceAll("[^\\x20-\\x7e]", "?")
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\""))
                .append('"');
        told.append(";URI=")
                .append(String.join(",", names(leaf, URI).stream().limit(1).toList()));
        names(leaf, DNS).forEach(name -> told.append(";DNS=").append(name));
        return new ShownCertificate(told.toString());
    }

    private static List<String> names(X509Certificate certificate, int type) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(name -> name.getFirst().equals(type))
                            .map(name -> String.valueOf(name.get(1)).replaceAll("[^\\x21-\\x7e]|[;,\"]", "?"))
                            .toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }
}
