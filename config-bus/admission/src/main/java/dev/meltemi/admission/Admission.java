package dev.meltemi.admission;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.MeshBus;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/// The mesh's gatekeeper: what people publish on `mesh.config` becomes a rule in force or a refusal that says why, and
/// each has a status that says who runs it. Istio's Galley did this.
public final class Admission implements AutoCloseable {
    /// Name of the role and of the fenced writer.
    public static final String SERVICE = "admission";

    private final ActiveService service;
    private final AtomicReference<AdmissionHealth> health;
    private final Tally tally;

    private Admission(ActiveService service, AtomicReference<AdmissionHealth> health, Tally tally) {
        this.service = service;
        this.health = health;
        this.tally = tally;
    }

    /// Stands by until this process is given the role; returns at once.
    public static Admission start(MeshBus bus, InstantSource clock, AdmissionSettings settings) {
        var health = new AtomicReference<>(AdmissionHealth.STANDBY);
        var tally = new Tally();
        var plan = new ActiveService.Plan(SERVICE, AdmissionTurn.STAGES, settings.tick(), settings.pause());
        var service =
                ActiveService.start(bus, plan, writer -> new AdmissionTurn(writer, clock, settings, health, tally));
        return new Admission(service, health, tally);
    }

    public AdmissionHealth health() {
        return health.get();
    }

    public AdmissionMetrics metrics() {
        return tally.metrics(service.publishing());
    }

    @Override
    public void close() {
        service.close();
    }
}
