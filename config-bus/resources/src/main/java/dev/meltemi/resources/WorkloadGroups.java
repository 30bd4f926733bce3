package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.someText;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `networking.istio.io` WorkloadGroup.
final class WorkloadGroups {
    private static final Leaf NOT_NEGATIVE = whole(0, Integer.MAX_VALUE);

    private static final Leaf PROBE_HEADER = text(
            name -> !name.isEmpty() && name.chars().allMatch(c -> Names.isAlphanumeric(c) || c == '-' || c == '_'),
            "a header name of letters, digits, - and _");

    private static final Struct PROBE = struct().field("initialDelaySeconds", NOT_NEGATIVE)
            .field("timeoutSeconds", NOT_NEGATIVE)
            .field("periodSeconds", NOT_NEGATIVE)
            .field("successThreshold", NOT_NEGATIVE)
            .field("failureThreshold", NOT_NEGATIVE)
            .field(
                    "httpGet",
                    struct().field("path", text())
                            .required("port", port())
                            .field("host", text())
                            .field("scheme", choice("HTTP", "HTTPS"))
                            .field(
                                    "httpHeaders",
                                    list(struct().field("name", PROBE_HEADER).field("value", text()))))
            .field("tcpSocket", struct().field("host", text()).required("port", port()))
            .field("exec", struct().required("command", list(someText(), 1, Integer.MAX_VALUE)))
            .field("grpc", struct().field("service", text()).field("port", port()))
            .exactlyOne("httpGet", "tcpSocket", "exec", "grpc");

    static final Kind KIND = Kind.opaque(
                    "networking.istio.io",
                    "WorkloadGroup",
                    List.of("v1", "v1beta1", "v1alpha3"),
                    struct().field(
                                    "metadata",
                                    struct().field("labels", table(text())).field("annotations", table(text())))
                            .required("template", WorkloadEntries.SPEC)
                            .field("probe", PROBE),
                    (spec, metadata, report) -> check(spec, report),
                    "workloads register themselves with their own labels and ports, or by WorkloadEntry; for its probe"
                            + " start the sidecar with --probe-http or --probe-tcp")
            .needingSpec();

    private WorkloadGroups() {}

    private static void check(Part spec, Report report) {
        Labels.check(spec.at("metadata").at("labels"), report);
        WorkloadEntries.checkTemplate(spec.at("template"), report);
    }
}
