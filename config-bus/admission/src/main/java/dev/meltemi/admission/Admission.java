package dev.meltemi.admission;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.state.LossAlarm;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// The mesh's gatekeeper: what people publish on `mesh.config` becomes a rule in force or a refusal that says why, and
/// each has a status that says who runs it. Istio's Galley did this.
public final class Admission implements AutoCloseable {
    /// Name of the role and of the fenced writer.
    public static final String SERVICE = "admission";

    private final ActiveService service;
    private final Memory memory;
    private final AtomicReference<AdmissionHealth> health;
    private final Tally tally;

    private Admission(ActiveService service, Memory memory, AtomicReference<AdmissionHealth> health, Tally tally) {
        this.service = service;
        this.memory = memory;
        this.health = health;
        this.tally = tally;
    }

    /// Remembers across a loss of the broker's data only as long as it runs.
    public static Admission start(MeshBus bus, InstantSource clock, AdmissionSettings settings) {
        return start(bus, clock, settings, Optional.empty());
    }

    /// Stands by until this process is given the role; returns at once.
    ///
    /// @param stateFolder in which what was accepted is kept for `meltemi restore`
    public static Admission start(
            MeshBus bus, InstantSource clock, AdmissionSettings settings, Optional<Path> stateFolder) {
        var memory = Memory.start(bus, Memory.RULES, Topics.ACCEPTED, stateFolder, clock);
        var continuity = new Continuity(memory, new LossAlarm(bus, SERVICE, clock), settings.topicPrefix());
        var health = new AtomicReference<>(AdmissionHealth.STANDBY);
        var tally = new Tally();
        var plan = new ActiveService.Plan(SERVICE, AdmissionTurn.STAGES, settings.tick(), settings.pause());
        var service = ActiveService.start(
                bus, plan, writer -> new AdmissionTurn(writer, clock, settings, continuity, health, tally));
        return new Admission(service, memory, health, tally);
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
        memory.close();
    }
}
