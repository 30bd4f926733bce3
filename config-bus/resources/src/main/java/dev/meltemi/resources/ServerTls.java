package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// `tls` of a Gateway's server and of a Sidecar's ingress listener.
final class ServerTls {
    private static final String[] VERSIONS = {"TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"};

    static final Struct SHAPE = struct().field("httpsRedirect", flag())
            .field(
                    "mode",
                    choice("PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL"))
            .field("serverCertificate", text())
            .field("privateKey", text())
            .field("caCertificates", text())
            .field("caCrl", text())
            .field("credentialName", text())
            .field("credentialNames", list(text(), 1, 2))
            .field("caCertCredentialName", text())
            .field(
                    "tlsCertificates",
                    list(
                            struct().field("serverCertificate", text())
                                    .field("privateKey", text())
                                    .field("caCertificates", text()),
                            1,
                            2))
            .field("subjectAltNames", list(text()))
            .field("verifyCertificateSpki", list(text()))
            .field("verifyCertificateHash", list(text()))
            .field("minProtocolVersion", choice(VERSIONS))
            .field("maxProtocolVersion", choice(VERSIONS))
            .field("cipherSuites", list(text()))
            .field("insecureSkipVerify", flag());

    /// OpenSSL's names of what Envoy knows.
    private static final Set<String> CIPHERS = Set.of(
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305",
            "ECDHE-ECDSA-AES128-SHA",
            "ECDHE-RSA-AES128-SHA",
            "ECDHE-ECDSA-AES256-SHA",
            "ECDHE-RSA-AES256-SHA",
            "ECDHE-PSK-AES128-CBC-SHA",
            "ECDHE-PSK-AES256-CBC-SHA",
            "ECDHE-PSK-CHACHA20-POLY1305",
            "AES128-GCM-SHA256",
            "AES256-GCM-SHA384",
            "AES128-SHA",
            "AES256-SHA",
            "PSK-AES128-CBC-SHA",
            "PSK-AES256-CBC-SHA",
            "DES-CBC3-SHA");

    private static final List<String> CERTIFICATE_FIELDS = List.of(
            "serverCertificate",
            "privateKey",
            "caCertificates",
            "tlsCertificates",
            "credentialName",
            "credentialNames");

    private ServerTls() {}

    /// PASSTHROUGH without a mode.
    static Gateway.TlsMode mode(Part tls) {
        return tls.has("mode") ? Gateway.TlsMode.valueOf(tls.text("mode")) : Gateway.TlsMode.PASSTHROUGH;
    }

    static Gateway.Tls read(Part tls) {
        var names = new ArrayList<String>();
        tls.someText("credentialName").ifPresent(names::add);
        names.addAll(tls.texts("credentialNames"));
        var certificates = new ArrayList<Gateway.CertificatePaths>();
        paths(tls).ifPresent(certificates::add);
        tls.items("tlsCertificates").forEach(pair -> paths(pair).ifPresent(certificates::add));
        return new Gateway.Tls(
                mode(tls),
                names,
                certificates,
                authorities(tls),
                tls.text("caCertCredentialName"),
                tls.text("caCrl"),
                tls.texts("subjectAltNames"),
                tls.texts("verifyCertificateSpki"),
                tls.texts("verifyCertificateHash"),
                tls.text("minProtocolVersion"),
                tls.text("maxProtocolVersion"),
                tls.texts("cipherSuites"),
                tls.flag("insecureSkipVerify"));
    }

    private static Optional<Gateway.CertificatePaths> paths(Part pair) {
        return pair.someText("serverCertificate")
                .map(certificate -> new Gateway.CertificatePaths(certificate, pair.text("privateKey")));
    }

    /// The server's own, else the first that a certificate brings.
    private static String authorities(Part tls) {
        return tls.someText("caCertificates")
                .or(() -> tls.items("tlsCertificates").stream()
                        .flatMap(pair -> pair.someText("caCertificates").stream())
                        .findFirst())
                .orElse("");
    }

    static void check(Part tls, Report report) {
        if (!tls.isPresent()) {
            return;
        }
        checkCiphers(tls, report);
        switch (mode(tls)) {
            case ISTIO_MUTUAL -> checkMeshIdentity(tls, report);
            case SIMPLE -> checkCertificates(tls, false, report);
            case MUTUAL, OPTIONAL_MUTUAL -> checkCertificates(tls, true, report);
            case PASSTHROUGH, AUTO_PASSTHROUGH -> checkPassthrough(tls, report);
        }
    }

    private static void checkMeshIdentity(Part tls, Report report) {
        for (String field : CERTIFICATE_FIELDS) {
            if (!tls.at(field).isEmpty()) {
                report.error(tls.at(field), "can't stand beside mode ISTIO_MUTUAL, which uses the mesh's certificates");
            }
        }
    }

    private static void checkPassthrough(Part tls, Report report) {
        checkSources(tls, report);
        if (!tls.text("caCrl").isEmpty() && !tls.text("credentialName").isEmpty()) {
            report.error(tls.at("caCrl"), "can't stand beside credentialName: the list belongs into the secret");
        }
        for (String field : CERTIFICATE_FIELDS) {
            warnIfIdle(tls.at(field), report);
        }
        warnIfIdle(tls.at("caCrl"), report);
    }

    private static void warnIfIdle(Part field, Report report) {
        if (!field.isEmpty()) {
            report.warn(field, "is never used when TLS is passed through");
        }
    }

    private static void checkSources(Part tls, Report report) {
        int sources = 0;
        for (String field : List.of("credentialName", "credentialNames", "tlsCertificates")) {
            sources += tls.at(field).isEmpty() ? 0 : 1;
        }
        boolean files = !tls.text("serverCertificate").isEmpty()
                && !tls.text("privateKey").isEmpty();
        if (sources + (files ? 1 : 0) > 1) {
            report.error(
                    tls,
                    "names more than one certificate source",
                    "choose credentialName, credentialNames, tlsCertificates, or serverCertificate with privateKey");
        }
    }

    private static void checkCertificates(Part tls, boolean mutual, Report report) {
        checkSources(tls, report);
        if (!tls.at("credentialName").isEmpty() || !tls.at("credentialNames").isEmpty()) {
            return;
        }
        if (!mutual && !tls.text("caCrl").isEmpty()) {
            report.error(tls.at("caCrl"), "means nothing in mode SIMPLE, which asks for no client certificate");
        }
        List<Part> pairs = tls.items("tlsCertificates").isEmpty() ? List.of(tls) : tls.items("tlsCertificates");
        for (Part pair : pairs) {
            for (String field : List.of("serverCertificate", "privateKey")) {
                if (pair.text(field).isEmpty()) {
                    report.error(pair.at(field), "is missing: the server needs it, or credentialName");
                }
            }
        }
        if (mutual && tls.text("caCertificates").isEmpty()) {
            report.error(tls.at("caCertificates"), "is missing: clients' certificates are checked against it");
        }
    }

    /// Of what begins with an operator of OpenSSL's language Istio judges nothing.
    private static boolean isCipher(String name) {
        return name.isEmpty() || name.equals("ALL") || !Names.isAlphanumeric(name.charAt(0)) || CIPHERS.contains(name);
    }

    private static void checkCiphers(Part tls, Report report) {
        Set<String> seen = new HashSet<>();
        for (Part cipher : tls.items("cipherSuites")) {
            String name = cipher.text();
            if (!isCipher(name)) {
                report.warn(cipher, "\"" + name + "\" is no cipher suite and is left out");
            } else if (!seen.add(name)) {
                report.warn(cipher, "\"" + name + "\" is there twice");
            }
        }
        String min = tls.text("minProtocolVersion");
        if ((min.equals("TLSV1_0") || min.equals("TLSV1_1"))
                && tls.items("cipherSuites").isEmpty()) {
            report.warn(tls.at("minProtocolVersion"), "older TLS needs cipherSuites that it knows");
        }
    }
}
