package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.Set;

/// Telemetry and the providers that the mesh has.
final class TelemetryAnalyzers {
    private TelemetryAnalyzers() {}

    static void providers(Scene scene, Notes notes) {
        if (!scene.mesh().at("defaultProviders").items("accessLogging").isEmpty()) {
            return;
        }
        for (View telemetry : scene.all(Type.TELEMETRY)) {
            for (Part logging : telemetry.spec().items("accessLogging")) {
                if (!logging.flag("disabled") && logging.items("providers").isEmpty()) {
                    notes.once(
                            Code.IST0157,
                            telemetry,
                            logging,
                            "access logging without a provider has no effect: Telemetry " + telemetry.qualifiedName()
                                    + " names none, and the mesh has no default",
                            "name a provider, or set defaultProviders.accessLogging of the mesh config");
                }
            }
        }
    }

    static void lightstep(Scene scene, Notes notes) {
        Set<String> lightstep = new HashSet<>();
        for (Part provider : scene.mesh().items("extensionProviders")) {
            if (provider.has("lightstep")) {
                lightstep.add(provider.text("name"));
            }
        }
        for (View telemetry : scene.all(Type.TELEMETRY)) {
            for (Part tracing : telemetry.spec().items("tracing")) {
                for (Part provider : tracing.items("providers")) {
                    if (lightstep.contains(provider.text("name"))) {
                        notes.once(
                                Code.IST0002,
                                telemetry,
                                provider,
                                "the Lightstep provider " + provider.text("name") + " is deprecated",
                                "use an OpenTelemetry provider");
                    }
                }
            }
        }
    }
}
