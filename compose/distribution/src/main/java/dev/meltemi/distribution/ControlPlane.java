package dev.meltemi.distribution;

import dev.meltemi.admission.Admission;
import dev.meltemi.admission.AdmissionSettings;
import dev.meltemi.registry.Registry;
import dev.meltemi.routecompiler.RouteCompiler;
import dev.meltemi.routecompiler.RouteCompilerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control services in one process. They meet on topics, not here: each could run alone.
final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final Duration SCHEMAS_STAND = Duration.ofSeconds(10);

    private final Admission admission;
    private final RouteCompiler routeCompiler;
    private final Registry registry;
    private final ControlBuses buses;

    private ControlPlane(ControlBuses buses, Admission admission, RouteCompiler routeCompiler, Registry registry) {
        this.buses = buses;
        this.admission = admission;
        this.routeCompiler = routeCompiler;
        this.registry = registry;
    }

    /// @param registryPort 0 for any free one
    /// @param stateFolder of what the services remember when the broker forgets; empty: only as long as they run
    /// @throws dev.meltemi.bus.BusException when the registry's port is taken
    static ControlPlane start(
            ControlBuses buses, String prefix, String registryHost, int registryPort, Optional<Path> stateFolder) {
        var registry = Registry.start(buses.registry(), registryHost, registryPort, prefix);
        awaitSchemas(registry);
        return new ControlPlane(
                buses,
                Admission.start(buses.admission(), InstantSource.system(), AdmissionSettings.DEFAULT, stateFolder),
                RouteCompiler.start(
                        buses.routeCompiler(), InstantSource.system(), RouteCompilerSettings.DEFAULT, stateFolder),
                registry);
    }

    /// Schemas before the first record that is written with them. Without them only readers of an older version are
    /// at a loss, so nobody waits for ever.
    private static void awaitSchemas(Registry registry) {
        try {
            registry.published().block(SCHEMAS_STAND);
        } catch (IllegalStateException e) { // Reactor's word for a time-out
            LOG.warn(
                    "event=schemas-late waited={} next=\"sidecars of an older version may refuse cuts\"",
                    SCHEMAS_STAND);
        }
    }

    ControlMetrics metrics() {
        return new ControlMetrics(buses.admission(), admission, routeCompiler);
    }

    int registryPort() {
        return registry.port();
    }

    @Override
    public void close() {
        admission.close();
        routeCompiler.close();
        registry.close();
    }
}
