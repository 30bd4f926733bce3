package dev.meltemi.routecompiler;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Timings;
import java.util.concurrent.atomic.AtomicReference;

/// The shell around the rules: follows what was accepted and who is registered, and publishes what sidecars run, with
/// the cut that makes a revision of it. Istio's Pilot did this.
public final class RouteCompiler implements AutoCloseable {
    /// Name of the role and of the fenced writer.
    public static final String SERVICE = "route-compiler";

    private final ActiveService service;
    private final AtomicReference<RouteCompilerHealth> health;

    private RouteCompiler(ActiveService service, AtomicReference<RouteCompilerHealth> health) {
        this.service = service;
        this.health = health;
    }

    /// Stands by until this process is given the role; returns at once. Needs no clock: leases are judged by the
    /// broker's time.
    public static RouteCompiler start(MeshBus bus, RouteCompilerSettings settings) {
        var health = new AtomicReference<>(RouteCompilerHealth.STANDBY);
        var plan = new ActiveService.Plan(SERVICE, RouteCompilerTurn.STAGES, settings.tick(), settings.pause());
        var service = ActiveService.start(bus, plan, writer -> new RouteCompilerTurn(writer, settings, health));
        return new RouteCompiler(service, health);
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
    }
}
