package dev.meltemi.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// What of TLS a context offers and takes, in the words of Istio's API.
final class Choice {
    private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    private Choice() {}

    /// TLS 1.2 and 1.3 unless said, as at Istio's gateways.
    ///
    /// @throws IllegalArgumentException when there is none
    static void versions(String least, String most, SslContextBuilder builder) {
        int from = version(least, 2);
        int to = version(most, 3);
        if (from > to) {
            throw new IllegalArgumentException("minProtocolVersion " + least + " is above maxProtocolVersion " + most);
        }
        builder.protocols(new LinkedHashSet<>(VERSIONS.subList(from, to + 1)));
    }

    private static int version(String told, int otherwise) {
        return told.startsWith("TLSV1_") ? told.charAt(told.length() - 1) - '0' : otherwise;
    }

    /// What isn't known is left out, as Istio does; those of TLS 1.3 can't be chosen, as in Envoy.
    static void ciphers(List<String> told, SslContextBuilder builder) {
        List<String> known = told.stream()
                .filter(name -> !OpenSsl.isAvailable()
                        || OpenSsl.availableOpenSslCipherSuites().contains(name))
                .distinct()
                .toList();
        if (known.isEmpty()) {
            return;
        }
        var all = new ArrayList<>(known);
        all.addAll(List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"));
        builder.ciphers(all);
    }

    /// Groups of the key exchange; the JDK's provider has its own choice.
    static void curves(List<String> told, SslContextBuilder builder) {
        if (!told.isEmpty() && OpenSsl.isAvailable()) {
            builder.option(OpenSslContextOption.GROUPS, told.toArray(String[]::new));
        }
    }
}
