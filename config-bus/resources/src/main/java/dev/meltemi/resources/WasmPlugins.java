package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.number;

import java.util.List;

/// `extensions.istio.io` WasmPlugin.
final class WasmPlugins {
    static final Kind KIND = Kind.opaque(
                    "extensions.istio.io",
                    "WasmPlugin",
                    List.of("v1alpha1"),
                    Selection.SHAPE
                            .including(WasmModules.SHAPE)
                            .field("phase", choice("UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS"))
                            .field("priority", number())
                            .field("match", WasmModules.TRAFFIC),
                    (spec, metadata, report) -> {
                        Selection.check(spec, report);
                        WasmModules.check(spec, report);
                    },
                    "the proxy runs no Wasm: edit headers with a VirtualService, do the rest in the application")
            .needingSpec();

    private WasmPlugins() {}
}
