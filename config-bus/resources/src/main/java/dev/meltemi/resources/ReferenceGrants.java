package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// `gateway.networking.k8s.io` ReferenceGrant.
final class ReferenceGrants {
    static final Kind KIND = new Kind(
            GatewayApi.GROUP,
            "ReferenceGrant",
            List.of("v1", "v1beta1", "v1alpha2"),
            struct().required(
                            "from",
                            list(
                                    struct().required("group", GatewayApi.GROUP_NAME)
                                            .required("kind", GatewayApi.KIND_NAME)
                                            .required("namespace", GatewayApi.NAMESPACE),
                                    1,
                                    16))
                    .required(
                            "to",
                            list(
                                    struct().required("group", GatewayApi.GROUP_NAME)
                                            .required("kind", GatewayApi.KIND_NAME)
                                            .field("name", GatewayApi.ANY_NAME),
                                    1,
                                    16)),
            true,
            (spec, metadata, report) -> {},
            ReferenceGrants::read);

    private ReferenceGrants() {}

    private static ReferenceGrant read(Part spec, Metadata metadata) {
        return new ReferenceGrant(
                metadata.key(),
                spec.items("from").stream()
                        .map(from ->
                                new ReferenceGrant.From(from.text("group"), from.text("kind"), from.text("namespace")))
                        .toList(),
                spec.items("to").stream()
                        .map(to -> new ReferenceGrant.To(to.text("group"), to.text("kind"), to.someText("name")))
                        .toList());
    }
}
