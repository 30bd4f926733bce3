package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `tls` of a DestinationRule: how callers encrypt.
final class ClientTls {
    static final Struct SHAPE = struct().field("mode", choice("DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"))
            .field("clientCertificate", text())
            .field("privateKey", text())
            .field("caCertificates", text())
            .field("caCrl", text())
            .field("credentialName", text())
            .field("subjectAltNames", list(text()))
            .field("sni", text())
            .field("insecureSkipVerify", flag());

    private static final String CONFIG_MAP = "configmap://";

    private ClientTls() {}

    /// @param namespace of the rule
    static void check(Part tls, String namespace, Report report) {
        checkCredential(tls.at("credentialName"), namespace, report);
        String mode = tls.text("mode");
        boolean mutual = mode.equals("MUTUAL");
        if (mode.equals("ISTIO_MUTUAL")) {
            for (String field : List.of("sni", "subjectAltNames")) {
                if (!tls.at(field).isEmpty()) {
                    report.notInForce(
                            tls.at(field), "mesh mTLS names the service, and asks for the endpoint's own identity");
                }
            }
        }
        if (!mutual && !mode.equals("SIMPLE")) {
            return;
        }
        if (tls.flag("insecureSkipVerify")) {
            // with MUTUAL a credential may be the client's certificate only
            refuse(
                    tls,
                    mutual
                            ? List.of("caCertificates", "subjectAltNames")
                            : List.of("caCertificates", "subjectAltNames", "credentialName"),
                    "insecureSkipVerify",
                    report);
        }
        if (!tls.text("credentialName").isEmpty()) {
            refuse(
                    tls,
                    List.of("clientCertificate", "privateKey", "caCertificates", "caCrl"),
                    "credentialName",
                    report);
        } else if (mutual) {
            for (String field : List.of("clientCertificate", "privateKey")) {
                if (tls.text(field).isEmpty()) {
                    report.error(tls.at(field), "is missing: mode MUTUAL needs it, or credentialName");
                }
            }
        }
    }

    /// `configmap://namespace/name`, and the namespace has to be the rule's own.
    private static void checkCredential(Part credential, String namespace, Report report) {
        String name = credential.text();
        if (!name.startsWith(CONFIG_MAP)) {
            return;
        }
        String[] parts = name.substring(CONFIG_MAP.length()).split("/", -1);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            report.error(credential, "\"" + name + "\": expected configmap://namespace/name");
        } else if (!parts[0].equals(namespace)) {
            report.error(credential, "\"" + name + "\" is in another namespace than the rule, " + namespace);
        }
    }

    private static void refuse(Part tls, List<String> fields, String beside, Report report) {
        for (String field : fields) {
            if (!tls.at(field).isEmpty()) {
                report.error(tls.at(field), "can't stand beside " + beside);
            }
        }
    }
}
