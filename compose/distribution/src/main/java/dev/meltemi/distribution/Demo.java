package dev.meltemi.distribution;

import dev.meltemi.bookinfo.Bookinfo;
import dev.meltemi.bookinfo.Bookinfo.App;
import dev.meltemi.bookinfo.TrafficBot;
import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.bus.state.Restoration;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.sidecar.Sidecar;
import dev.meltemi.sidecar.SidecarSettings;
import dev.meltemi.sidecar.SidecarWorld;
import dev.meltemi.workload.WorkloadIdentity;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reactor.netty.resources.LoopResources;

/// A mesh in one process: an embedded broker, the control services, bookinfo with a sidecar for each instance, an
/// ingress gateway and a user who keeps looking.
final class Demo implements AutoCloseable {
    /// The user's requests per second: enough to see, too few to be in the way.
    private static final int BOT_RATE = 20;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DemoLayout layout;
    private final Path folder;
    private final DemoScreen screen;
    private final StopInReverse running = new StopInReverse();
    private final LoopResources proxyLoops =
            LoopResources.create("proxy", Runtime.getRuntime().availableProcessors(), true);
    private final LoopResources appLoops = LoopResources.create("app", 1, true);

    private Demo(DemoLayout layout, Path folder, DemoScreen screen) {
        this.layout = layout;
        this.folder = folder;
        this.screen = screen;
    }

    /// Returns when the product page is answered through the mesh.
    ///
    /// @throws RuntimeException with what, where, why and what next; whatever had started is stopped
    static Demo start(DemoLayout layout, Path folder, DemoScreen screen) throws InterruptedException {
        var demo = new Demo(layout, folder, screen);
        try {
            demo.open();
            return demo;
        } catch (RuntimeException | InterruptedException e) {
            demo.close();
            throw e;
        }
    }

    private void open() throws InterruptedException {
        running.add(proxyLoops::dispose);
        running.add(appLoops::dispose);
        var broker = running.add(
                EmbeddedBroker.start(new BrokerSettings(folder.resolve("kafka"), "127.0.0.1", layout.kafkaPort(), 0)));
        screen.step("Kafka broker on " + broker.bootstrapServers());
        var bus = running.add(new Buses("meltemi-demo").open(broker.bootstrapServers(), Topic.DEFAULT_PREFIX));
        bus.ensureTopics(Topics.all());
        var state = folder.resolve("control");
        restoreIfLost(bus, state);
        running.add(ControlPlane.start(
                ControlBuses.sharing(bus),
                Topic.DEFAULT_PREFIX,
                "127.0.0.1",
                layout.registryPort(),
                Optional.of(state)));
        var ca = running.add(DemoCa.start(bus, folder.resolve("identity"), layout.caPort()));
        BookinfoRules.publishTo(bus);
        screen.step("admission, route-compiler, schema registry, CA; bookinfo published");
        List<Sidecar> proxies = proxies(bus, broker.bootstrapServers(), ca);
        screen.step(proxies.size() + " proxies and " + Bookinfo.TOPOLOGY.size() + " apps on " + layout.address(1)
                + " to " + layout.address(proxies.size()));
        var page = "http://127.0.0.1:" + layout.gatewayPort() + "/productpage";
        new FirstAnswer(page, proxies).await();
        running.add(TrafficBot.start(page, BOT_RATE, appLoops));
        screen.step("the product page is answered; a user keeps looking at it");
    }

    /// Somebody wiped the broker's data and left what the control services remember.
    private void restoreIfLost(MeshBus bus, Path state) {
        Memory.saved(state, Memory.RULES)
                .flatMap(saved -> Restoration.needed(bus, saved, PATIENCE))
                .ifPresent(lost -> {
                    lost.publish(bus, PATIENCE);
                    screen.step("Kafka's data were lost: " + lost.documents().size() + " documents restored");
                });
    }

    private List<Sidecar> proxies(MeshBus bus, String bootstrapServers, DemoCa ca) {
        var world = SidecarWorld.of(
                proxyLoops,
                bus,
                new Buses("meltemi-telemetry").telemetry(bootstrapServers, Topic.DEFAULT_PREFIX, null));
        var places = new DemoProxies(layout, folder.resolve("proxies"));
        var proxies = new ArrayList<Sidecar>();
        for (App app : Bookinfo.TOPOLOGY) {
            var place = places.sidecar(app, proxies.size() + 1);
            var outbound = new InetSocketAddress(
                    place.listen().address(), place.listen().ports().outbound());
            var listen = new InetSocketAddress(
                    place.listen().address(), place.listen().application());
            var process = Bookinfo.start(new Bookinfo.Settings(app, listen, Optional.of(outbound)), appLoops);
            running.add(process::disposeNow);
            proxies.add(Sidecar.start(place, world.withWorkload(identity(ca, place))));
        }
        var gateway = places.gateway(proxies.size() + 1);
        proxies.add(Sidecar.start(gateway, world.withWorkload(identity(ca, gateway))));
        running.add(new Together(proxies));
        ScrapeConfig.write(folder, places.metricsAddresses(proxies.size()));
        return proxies;
    }

    private WorkloadIdentity identity(DemoCa ca, SidecarSettings place) {
        var state = place.config().state().orElseThrow();
        return running.add(ca.identity(place.who(), state));
    }

    @Override
    public void close() {
        running.close();
    }
}
