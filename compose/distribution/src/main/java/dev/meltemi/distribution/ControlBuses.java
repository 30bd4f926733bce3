package dev.meltemi.distribution;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Grants;
import dev.meltemi.schemas.Role;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
import java.util.Optional;

/// What the control services reach their topics by. On a secured broker each has a connection of its own, so that in
/// one process, too, none can do more than its role.
record ControlBuses(MeshBus admission, MeshBus routeCompiler, MeshBus registry) {
    /// One bus for all: an open broker, or one in memory.
    static ControlBuses sharing(MeshBus bus) {
        return new ControlBuses(bus, bus, bus);
    }

    /// Opens them, and sees to the topics: creates them on an open broker, compares them on a secured one.
    ///
    /// @param credentials the folder that has `admission`, `route-compiler` and `registry` in it; empty: plaintext
    static ControlBuses open(String bootstrapServers, String prefix, Optional<Path> credentials, Foreground running) {
        if (credentials.isEmpty()) {
            var bus = running.add(new Buses("meltemi-control").open(bootstrapServers, prefix));
            bus.ensureTopics(Topics.all());
            return sharing(bus);
        }
        return new ControlBuses(
                open(Role.ADMISSION, bootstrapServers, prefix, credentials.get(), running),
                open(Role.ROUTE_COMPILER, bootstrapServers, prefix, credentials.get(), running),
                open(Role.REGISTRY, bootstrapServers, prefix, credentials.get(), running));
    }

    private static MeshBus open(
            Role role, String bootstrapServers, String prefix, Path credentials, Foreground running) {
        var bus = running.add(new Buses("meltemi-" + role.label())
                .openWith(bootstrapServers, prefix, Optional.of(credentials.resolve(role.label()))));
        bus.ensureTopics(Grants.topicsOf(role));
        return bus;
    }
}
