package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.workload.WorkloadIdentity;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// One proxy as a process: starts it, says where it listens, and drains it when the process is asked to end.
final class ProxyRun {
    /// An event loop died.
    private static final int BROKEN = 70;

    private ProxyRun() {}

    static int run(SidecarSettings settings, ProxyOptions options, ProxyBuses buses, PrintWriter out) {
        var loops = LoopResources.create("proxy", Runtime.getRuntime().availableProcessors(), true);
        String clientId = "meltemi-" + settings.who().workload();
        var brokers = options.brokers();
        @Nullable
        WorkloadIdentity identity = options.identity(settings)
                .map(wanted -> WorkloadIdentity.start(wanted, InstantSource.system(), new SecureRandom()))
                .orElse(null);
        @Nullable Supplier<@Nullable Identity> toBroker = options.kafkaTls ? identity : null;
        @Nullable
        MeshBus bus = brokers.isPresent() && settings.config().resources().isEmpty()
                ? buses.open(brokers.get(), options.prefix, clientId, toBroker)
                : null;
        var telemetry = brokers.map(servers -> buses.telemetry(servers, options.prefix, toBroker))
                .orElse(null);
        try {
            var world = SidecarWorld.of(loops, bus, telemetry);
            var sidecar = Sidecar.start(settings, identity == null ? world : world.withWorkload(identity));
            var goodbye = new Thread(sidecar::close, "goodbye");
            Runtime.getRuntime().addShutdownHook(goodbye);
            sidecar.listeners().forEach((name, address) -> out.println(name + " on " + address));
            out.println((settings.who().gateway() ? "gateway " : "sidecar ") + sidecar.instance() + " started");
            out.flush();
            sidecar.awaitEnd();
            return sidecar.broken() ? BROKEN : 0;
        } finally {
            if (identity != null) {
                identity.close();
            }
            if (bus != null) {
                bus.close();
            }
            loops.dispose();
        }
    }
}
