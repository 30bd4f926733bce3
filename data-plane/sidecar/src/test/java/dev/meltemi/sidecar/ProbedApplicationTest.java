package dev.meltemi.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.proxy.checks.ApplicationProbe;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HealthCheckKind;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Service;
import dev.meltemi.sidecar.SidecarSettings.Who;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/// A sidecar that asks its application, and what the mesh hears of it.
class ProbedApplicationTest {
    private static final LoopResources LOOPS = LoopResources.create("probe", 1, 2, true);

    private final PublishedMesh mesh = new PublishedMesh(InMemoryBus.create());
    private final String address = SidecarTest.loopback();
    private final AtomicInteger status = new AtomicInteger(503);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Boolean> said = new CopyOnWriteArrayList<>();
    private final DisposableServer application = HttpServer.create()
            .runOn(LOOPS)
            .host(address)
            .port(8080)
            .handle((request, response) -> {
                asked.add(request.uri());
                return response.status(status.get()).send();
            })
            .bindNow();
    private final Disposable following = mesh.bus()
            .follow(List.of(Topics.WORKLOADS))
            .subscribe(event -> {
                if (event instanceof TopicEvent.Put<?> put && put.value() instanceof Registration registration) {
                    said.add(registration.getHealthy());
                }
            });

    @AfterEach
    void stop() {
        following.dispose();
        application.disposeNow();
    }

    private Sidecar started(HealthCheckKind kind) {
        var who = new Who(
                "reviews-v1",
                "default",
                Map.of("app", "reviews"),
                "",
                "Kubernetes",
                "",
                false,
                List.of(new Service("reviews.default.svc.cluster.local", 9080, "http")));
        var how = HealthCheck.newBuilder()
                .setKind(kind)
                .setPath("/ready?full=1")
                .setHost("localhost")
                .setIntervalUs(50_000)
                .setTimeoutUs(5_000_000)
                .setHealthyThreshold(1)
                .setUnhealthyThreshold(2)
                .build();
        var settings = new SidecarSettings(who, Listen.at(address, 8080), Config.FROM_BUS, Duration.ofSeconds(1))
                .with(new ApplicationProbe.Settings(how, Duration.ZERO));
        return Sidecar.start(settings, SidecarWorld.of(LOOPS, mesh.bus(), null));
    }

    @Test
    void others_are_told_when_it_is_well_and_when_it_no_longer_is() {
        try (var sidecar = started(HealthCheckKind.HTTP)) {
            await().untilAsserted(() -> assertThat(said).containsExactly(false));

            status.set(200);
            await().untilAsserted(() -> assertThat(said).containsExactly(false, true));

            status.set(500);
            await().untilAsserted(() -> assertThat(said).containsExactly(false, true, false));
            assertThat(sidecar.instance()).startsWith("reviews-v1.");
        }
        assertThat(asked).contains("/ready?full=1");
    }

    @Test
    void one_that_accepts_connections_is_well_for_a_tcp_probe() {
        try (var sidecar = started(HealthCheckKind.TCP)) {
            await().untilAsserted(() -> assertThat(said).last().isEqualTo(true));

            application.disposeNow();
            await().untilAsserted(() -> assertThat(said).last().isEqualTo(false));
            assertThat(sidecar.instance()).startsWith("reviews-v1.");
        }
    }
}
