package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `gateway.networking.k8s.io` BackendTLSPolicy.
final class BackendTlsPolicies {
    private static final Struct SUBJECT_ALT_NAME = struct().required("type", choice("Hostname", "URI"))
            .field("hostname", GatewayApi.HOSTNAME)
            .field(
                    "uri",
                    GatewayApi.matching(
                            1,
                            253,
                            "^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\\?([^#]*))?(#(.*))?",
                            "a URI with scheme and authority, such as spiffe://mesh.example/ns/shop/sa/web"));

    private static final Struct VALIDATION = struct().field("caCertificateRefs", list(GatewayApi.LOCAL_REFERENCE, 0, 8))
            .field(
                    "wellKnownCACertificates",
                    GatewayApi.matching(
                            1,
                            253,
                            "^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/"
                                    + "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$",
                            "System, or a set of an implementation, such as example.com/set"))
            .required("hostname", GatewayApi.PRECISE_HOSTNAME)
            .field("subjectAltNames", list(SUBJECT_ALT_NAME, 0, 5));

    static final Kind KIND = new Kind(
            GatewayApi.GROUP,
            "BackendTLSPolicy",
            List.of("v1", "v1alpha3"),
            struct().required(
                            "targetRefs",
                            list(GatewayApi.LOCAL_REFERENCE.field("sectionName", GatewayApi.SECTION_NAME), 1, 16))
                    .required("validation", VALIDATION)
                    .notYet(
                            "options",
                            table(text(0, 4096)).atMost(16),
                            "the mesh knows no options of TLS: versions and ciphers are MeshConfig's tlsDefaults"),
            true,
            BackendTlsPolicies::check,
            BackendTlsPolicies::read);

    private BackendTlsPolicies() {}

    private static void check(Part spec, Metadata metadata, Report report) {
        checkTargets(spec, report);
        Part validation = spec.at("validation");
        boolean named = !validation.items("caCertificateRefs").isEmpty();
        boolean wellKnown = validation.has("wellKnownCACertificates");
        if (named && wellKnown) {
            report.error(validation.at("wellKnownCACertificates"), "can't stand beside caCertificateRefs: choose one");
        } else if (!named && !wellKnown) {
            report.error(
                    validation,
                    "needs one of caCertificateRefs, wellKnownCACertificates",
                    "wellKnownCACertificates: System trusts what the machine trusts");
        }
        for (Part name : validation.items("subjectAltNames")) {
            RouteFiltersCheck.checkAgrees(name, name.text("type"), "Hostname", "hostname", report);
            RouteFiltersCheck.checkAgrees(name, name.text("type"), "URI", "uri", report);
        }
    }

    /// A target that is named several times is named each time with another port's name.
    private static void checkTargets(Part spec, Report report) {
        Map<ObjectReference, Set<String>> targets = new HashMap<>();
        for (Part target : spec.items("targetRefs")) {
            ObjectReference to = GatewayApi.toService(target, "");
            String section = target.text("sectionName");
            Set<String> known = targets.computeIfAbsent(to, any -> new HashSet<>());
            boolean unlike = known.stream().anyMatch(other -> other.isEmpty() != section.isEmpty());
            if (!known.add(section) || unlike) {
                report.error(
                        target,
                        "names " + to.kind() + " \"" + to.name() + "\" again",
                        "give each of them another sectionName, the name of a port");
            }
        }
    }

    private static BackendTlsPolicy read(Part spec, Metadata metadata) {
        Part validation = spec.at("validation");
        return new BackendTlsPolicy(
                metadata.key(),
                spec.items("targetRefs").stream()
                        .map(target -> new BackendTlsPolicy.Target(
                                GatewayApi.toService(target, metadata.namespace()), target.someText("sectionName")))
                        .toList(),
                validation.text("hostname"),
                validation.items("caCertificateRefs").stream()
                        .map(reference -> GatewayApi.toService(reference, metadata.namespace()))
                        .toList(),
                validation.text("wellKnownCACertificates"),
                validation.items("subjectAltNames").stream()
                        .map(name -> name.text("type").equals("URI") ? name.text("uri") : name.text("hostname"))
                        .toList());
    }
}
