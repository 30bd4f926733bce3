package dev.meltemi.routecompiler;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Timings;
import dev.meltemi.bus.state.LossAlarm;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// The shell around the rules: follows what was accepted and who is registered, and publishes what sidecars run, with
/// the cut that makes a revision of it. Istio's Pilot did this.
public final class RouteCompiler implements AutoCloseable {
    /// Name of the role and of the fenced writer.
    public static final String SERVICE = "route-compiler";

    private final ActiveService service;
    private final Memory memory;
    private final AtomicReference<RouteCompilerHealth> health;

    private RouteCompiler(ActiveService service, Memory memory, AtomicReference<RouteCompilerHealth> health) {
        this.service = service;
        this.memory = memory;
        this.health = health;
    }

    /// Remembers across a loss of the broker's data only as long as it runs.
    public static RouteCompiler start(MeshBus bus, RouteCompilerSettings settings) {
        return start(bus, InstantSource.system(), settings, Optional.empty());
    }

    /// Stands by until this process is given the role; returns at once.
    ///
    /// @param clock stamps files and events; leases are judged by the broker's time
    /// @param stateFolder in which registrations are kept, so that a broker that lost them makes nobody dead
    public static RouteCompiler start(
            MeshBus bus, InstantSource clock, RouteCompilerSettings settings, Optional<Path> stateFolder) {
        var memory = Memory.start(bus, SERVICE, Topics.WORKLOADS, stateFolder, clock);
        var continuity = new Continuity(memory, new LossAlarm(bus, SERVICE, clock));
        var health = new AtomicReference<>(RouteCompilerHealth.STANDBY);
        var plan = new ActiveService.Plan(SERVICE, RouteCompilerTurn.STAGES, settings.tick(), settings.pause());
        var service =
                ActiveService.start(bus, plan, writer -> new RouteCompilerTurn(writer, settings, continuity, health));
        return new RouteCompiler(service, memory, health);
    }

    public RouteCompilerHealth health() {
        return health.get();
    }

    /// How long its transactions took, since this process began.
    public Timings.Reading publishing() {
        return service.publishing();
    }

    @Override
    public void close() {
        service.close();
        memory.close();
    }
}
