package dev.meltemi.ca;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/// The DNS names and addresses of a server's certificate.
final class ServerNames {
    /// RFC 5280 4.2.1.6.
    private static final int DNS = 2;

    private static final int ADDRESS = 7;

    private ServerNames() {}

    static List<String> of(X509Certificate leaf) {
        try {
            var names = leaf.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> name.getFirst() instanceof Integer type && (type == DNS || type == ADDRESS))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
