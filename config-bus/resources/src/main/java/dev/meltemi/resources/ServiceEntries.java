package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.ServiceEntry.Resolution;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `networking.istio.io` ServiceEntry; its validity is {@link ServiceEntryCheck}'s.
final class ServiceEntries {
    private static final Struct SPEC = struct().required("hosts", list(text(), 1, 256))
            .field("addresses", list(text(0, 64), 0, 256))
            .field(
                    "ports",
                    list(
                            struct().required("number", port())
                                    .field("protocol", text(0, 256))
                                    .required("name", text(0, 256))
                                    .field("targetPort", whole(0, 65_535)),
                            0,
                            256))
            .field("location", choice("MESH_EXTERNAL", "MESH_INTERNAL"))
            .field("resolution", choice("NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"))
            .field("endpoints", list(WorkloadEntries.SPEC, 0, 4096))
            .field("workloadSelector", Selection.LABELS)
            .field("exportTo", list(text()))
            .field("subjectAltNames", list(text()));

    static final Kind KIND = new Kind(
            "networking.istio.io",
            "ServiceEntry",
            List.of("v1", "v1beta1", "v1alpha3"),
            SPEC,
            true,
            ServiceEntryCheck::check,
            ServiceEntries::read);

    private ServiceEntries() {}

    private static ServiceEntry read(Part spec, Metadata metadata) {
        return new ServiceEntry(
                metadata.key(),
                spec.texts("hosts"),
                spec.texts("addresses"),
                spec.items("ports").stream().map(ServiceEntries::readPort).toList(),
                !spec.text("location").equals("MESH_INTERNAL"),
                resolution(spec),
                spec.items("endpoints").stream()
                        .map(endpoint -> WorkloadEntries.endpoint(endpoint, endpoint.textTable("labels")))
                        .toList(),
                spec.has("workloadSelector"),
                spec.at("workloadSelector").textTable("labels"),
                spec.texts("exportTo"),
                spec.texts("subjectAltNames"));
    }

    private static ServicePort readPort(Part port) {
        int number = (int) port.whole("number");
        int target = (int) port.whole("targetPort");
        return new ServicePort(
                number,
                port.text("name"),
                Protocol.parse(port.text("protocol")).orElse(Protocol.UNSPECIFIED),
                target == 0 ? number : target);
    }

    private static Resolution resolution(Part spec) {
        return switch (spec.text("resolution")) {
            case "STATIC" -> Resolution.STATIC;
            case "DNS", "DYNAMIC_DNS" -> Resolution.DNS;
            case "DNS_ROUND_ROBIN" -> Resolution.DNS_ROUND_ROBIN;
            default -> Resolution.NONE;
        };
    }
}
