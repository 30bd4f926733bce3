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

    private ClientTls() {}

    static void check(Part tls, Report report) {
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
        report.notInForce(
                tls,
                "TLS to servers outside the mesh isn't originated yet: keep it in the application, or use"
                        + " ISTIO_MUTUAL");
        if (tls.flag("insecureSkipVerify")) {
            refuse(tls, List.of("caCertificates", "subjectAltNames"), "insecureSkipVerify", report);
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

    private static void refuse(Part tls, List<String> fields, String beside, Report report) {
        for (String field : fields) {
            if (!tls.at(field).isEmpty()) {
                report.error(tls.at(field), "can't stand beside " + beside);
            }
        }
    }
}
