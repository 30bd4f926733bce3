package dev.meltemi.distribution;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.signed.SignedBus;
import dev.meltemi.schemas.Grants;
import dev.meltemi.schemas.Role;
import dev.meltemi.schemas.Topics;
import dev.meltemi.spiffe.Identity;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the control services reach their topics by. On a secured broker each has a connection of its own, so
/// that in one process, too, none can do more than its role.
record ControlBuses(MeshBus admission, MeshBus routeCompiler, MeshBus registry) {
    /// One bus for all: an open broker, or one in memory.
    static ControlBuses sharing(MeshBus bus) {
        return new ControlBuses(bus, bus, bus);
    }

    /// Opens them, and sees to the topics: creates them on an open broker, compares them on a secured one.
    ///
    /// @param credentials the folder that has `admission`, `route-compiler` and `registry` in it; empty: plaintext
    /// @param requireSignatures of registrations and heartbeats, as soon as there is trust
    static ControlBuses open(
            String bootstrapServers,
            String prefix,
            Optional<Path> credentials,
            boolean requireSignatures,
            Foreground running) {
        if (credentials.isEmpty()) {
            var bus = running.add(new Buses("meltemi-control").open(bootstrapServers, prefix));
            Buses.patiently(() -> bus.ensureTopics(Topics.all()));
            return new ControlBuses(
                    signed(bus, () -> null, requireSignatures, Role.ADMISSION),
                    signed(bus, () -> null, requireSignatures, Role.ROUTE_COMPILER),
                    bus);
        }
        return new ControlBuses(
                signed(
                        open(Role.ADMISSION, bootstrapServers, prefix, credentials.get(), running),
                        own(Role.ADMISSION, credentials.get()),
                        requireSignatures,
                        Role.ADMISSION),
                signed(
                        open(Role.ROUTE_COMPILER, bootstrapServers, prefix, credentials.get(), running),
                        own(Role.ROUTE_COMPILER, credentials.get()),
                        requireSignatures,
                        Role.ROUTE_COMPILER),
                open(Role.REGISTRY, bootstrapServers, prefix, credentials.get(), running));
    }

    private static Supplier<@Nullable Identity> own(Role role, Path credentials) {
        return new LiveCredentials(credentials.resolve(role.label()));
    }

    /// The CA's: it believes a heartbeat only of the instance's own leaf, when it has credentials itself.
    static MeshBus ofTheCa(MeshBus bus, Optional<Path> credentials) {
        Supplier<@Nullable Identity> own =
                credentials.isPresent() ? new LiveCredentials(credentials.get()) : () -> null;
        return signed(bus, own, credentials.isPresent(), Role.CA);
    }

    private static MeshBus signed(
            MeshBus bus, Supplier<@Nullable Identity> identity, boolean requireSignatures, Role reader) {
        return new SignedBus(
                bus, new SignedBus.Settings(identity, requireSignatures, reader.label()), InstantSource.system());
    }

    private static MeshBus open(
            Role role, String bootstrapServers, String prefix, Path credentials, Foreground running) {
        var bus = running.add(new Buses("meltemi-" + role.label())
                .openWith(bootstrapServers, prefix, Optional.of(credentials.resolve(role.label()))));
        Buses.patiently(() -> bus.ensureTopics(Grants.topicsOf(role)));
        return bus;
    }
}
