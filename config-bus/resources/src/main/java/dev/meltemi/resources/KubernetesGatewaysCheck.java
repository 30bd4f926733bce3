package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;

/// What makes a Gateway of the Gateway API valid.
final class KubernetesGatewaysCheck {
    private KubernetesGatewaysCheck() {}

    static void check(Part spec, Metadata metadata, Report report) {
        checkListeners(spec, report);
    }

    static void checkListeners(Part spec, Report report) {}
}
