package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/// The secrets that gateways name: they are where the gateway's workloads are, and hold a certificate in force.
final class GatewaySecrets {
    private static final String BEGIN = "-----BEGIN ";

    private GatewaySecrets() {}

    static void secrets(Scene scene, Notes notes) {
        if (!scene.knowsWorkloads() || !scene.knows(Type.SECRET)) {
            return;
        }
        for (View gateway : scene.all(Type.GATEWAY)) {
            Map<String, String> selector = gateway.spec().textTable("selector");
            Optional<Workload> workload = scene.workloads().stream()
                    .filter(one -> one.selectedBy(selector))
                    .findFirst();
            if (workload.isEmpty()) {
                GatewayAnalyzers.nobody(gateway, selector, notes);
                continue;
            }
            for (Part server : gateway.spec().items("servers")) {
                Part name = server.at("tls").at("credentialName");
                if (!name.text().isEmpty()) {
                    secret(name, workload.get().namespace(), gateway, scene, notes);
                }
            }
        }
    }

    private static void secret(Part name, String namespace, View gateway, Scene scene, Notes notes) {
        Optional<View> secret = scene.find(Type.SECRET, namespace, name.text());
        if (secret.isEmpty()) {
            notes.add(
                    Code.IST0101,
                    gateway,
                    name,
                    "credentialName \"" + name.text() + "\" not found: no Secret of that name is in the namespace "
                            + namespace + ", where the gateway's workloads run");
            return;
        }
        fault(secret.get(), scene.settings().now())
                .ifPresent(why -> notes.add(
                        Code.IST0161,
                        gateway,
                        name,
                        "the Secret " + secret.get().qualifiedName() + " " + why));
    }

    /// A secret has `cert` and `key`, or `tls.crt` and `tls.key`.
    private static Optional<String> fault(View secret, Instant now) {
        byte[] certificate = certificate(secret, "cert", "key")
                .or(() -> certificate(secret, "tls.crt", "tls.key"))
                .orElse(new byte[0]);
        if (certificate.length == 0) {
            return Optional.of("has neither tls.crt and tls.key nor cert and key");
        }
        String text = new String(certificate, StandardCharsets.ISO_8859_1);
        if (!text.contains(BEGIN)) {
            return Optional.of("holds no certificate in PEM");
        }
        try {
            byte[] fromBegin = text.substring(text.indexOf(BEGIN)).getBytes(StandardCharsets.ISO_8859_1);
            var parsed = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(fromBegin));
            boolean inForce = !now.isBefore(parsed.getNotBefore().toInstant())
                    && !now.isAfter(parsed.getNotAfter().toInstant());
            return inForce
                    ? Optional.empty()
                    : Optional.of("holds a certificate that is valid only from "
                            + parsed.getNotBefore().toInstant() + " to "
                            + parsed.getNotAfter().toInstant());
        } catch (CertificateException e) {
            return Optional.of("holds no readable certificate: " + e.getMessage());
        }
    }

    private static Optional<byte[]> certificate(View secret, String certificate, String key) {
        return value(secret, key).flatMap(there -> value(secret, certificate));
    }

    /// Empty also for a value that is.
    private static Optional<byte[]> value(View secret, String name) {
        String plain = secret.document().at("stringData").text(name);
        if (!plain.isEmpty()) {
            return Optional.of(plain.getBytes(StandardCharsets.UTF_8));
        }
        try {
            byte[] decoded =
                    Base64.getMimeDecoder().decode(secret.document().at("data").text(name));
            return decoded.length == 0 ? Optional.empty() : Optional.of(decoded);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
