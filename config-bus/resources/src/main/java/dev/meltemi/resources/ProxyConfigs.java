package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import java.util.List;

/// `networking.istio.io` ProxyConfig.
final class ProxyConfigs {
    static final Kind KIND = Kind.opaque(
            "networking.istio.io",
            "ProxyConfig",
            List.of("v1beta1", "v1alpha3", "v1"),
            struct().field("selector", Selection.MATCH_LABELS)
                    .field("concurrency", whole(0, Integer.MAX_VALUE))
                    .field("environmentVariables", table(text(0, 2048)))
                    .field("image", struct().field("imageType", text())),
            (spec, metadata, report) -> Labels.checkSelector(
                    spec.at("selector"), spec.at("selector").at("matchLabels"), report),
            "a sidecar is configured by its own command line: see meltemi sidecar --help");

    private ProxyConfigs() {}
}
