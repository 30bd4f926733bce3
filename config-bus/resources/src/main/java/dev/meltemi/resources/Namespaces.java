package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import java.util.List;

/// Kubernetes' core Namespace, for its labels.
final class Namespaces {
    static final Kind KIND = new Kind(
            "",
            "Namespace",
            List.of("v1"),
            struct().field("finalizers", list(text())),
            false,
            (spec, metadata, report) -> {},
            (spec, metadata) -> new Namespace(metadata.key(), metadata.labels()));

    private Namespaces() {}
}
