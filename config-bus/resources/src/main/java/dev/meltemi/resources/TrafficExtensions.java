package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.number;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import java.util.List;

/// `extensions.istio.io` TrafficExtension, the successor of WasmPlugin.
final class TrafficExtensions {
    static final Kind KIND = Kind.opaque(
                    "extensions.istio.io",
                    "TrafficExtension",
                    List.of("v1alpha1"),
                    struct().field("selector", Selection.MATCH_LABELS)
                            .field("targetRefs", list(Selection.TARGET_REF, 0, 16))
                            .atMostOne("selector", "targetRefs")
                            .field("phase", choice("UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"))
                            .field("priority", number())
                            .field("match", WasmModules.TRAFFIC)
                            .field("wasm", WasmModules.SHAPE)
                            .field("lua", struct().required("inlineCode", text(1, 65_536)))
                            .exactlyOne("wasm", "lua"),
                    (spec, metadata, report) -> {
                        Selection.check(spec, report);
                        WasmModules.check(spec.at("wasm"), report);
                    },
                    "the proxy runs no Wasm and no Lua: edit headers with a VirtualService, do the rest in the"
                            + " application")
            .needingSpec();

    private TrafficExtensions() {}
}
