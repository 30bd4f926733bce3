package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `security.istio.io` AuthorizationPolicy; its validity is {@link AuthorizationCheck}'s.
final class AuthorizationPolicies {
    private static final Struct SOURCE = struct().field("principals", list(text()))
            .field("notPrincipals", list(text()))
            .field("requestPrincipals", list(text()))
            .field("notRequestPrincipals", list(text()))
            .field("namespaces", list(text()))
            .field("notNamespaces", list(text()))
            .field("serviceAccounts", list(text(0, 320), 0, 16))
            .field("notServiceAccounts", list(text(0, 320), 0, 16))
            .field("trustDomains", list(text()))
            .field("notTrustDomains", list(text()))
            .field("ipBlocks", list(text()))
            .field("notIpBlocks", list(text()))
            .field("remoteIpBlocks", list(text()))
            .field("notRemoteIpBlocks", list(text()));

    private static final Struct OPERATION = struct().field("hosts", list(text()))
            .field("notHosts", list(text()))
            .field("ports", list(text()))
            .field("notPorts", list(text()))
            .field("methods", list(text()))
            .field("notMethods", list(text()))
            .field("paths", list(text()))
            .field("notPaths", list(text()));

    private static final Struct RULE = struct().field("from", list(struct().field("source", SOURCE), 0, 512))
            .field("to", list(struct().field("operation", OPERATION)))
            .field(
                    "when",
                    list(struct().required("key", text())
                            .field("values", list(text()))
                            .field("notValues", list(text()))));

    static final Kind KIND = Kind.opaque(
            "security.istio.io",
            "AuthorizationPolicy",
            List.of("v1", "v1beta1"),
            Selection.SHAPE
                    .field("rules", list(RULE, 0, 512))
                    .field("action", choice("ALLOW", "DENY", "AUDIT", "CUSTOM"))
                    .field("provider", struct().field("name", text())),
            AuthorizationCheck::check,
            "requests aren't authorized yet: keep access checks in the application, and don't expose what needs them");

    private AuthorizationPolicies() {}
}
