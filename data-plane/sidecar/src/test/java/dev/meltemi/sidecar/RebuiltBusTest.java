package dev.meltemi.sidecar;

import static dev.meltemi.sidecar.PublishedMesh.REVIEWS;
import static dev.meltemi.sidecar.PublishedMesh.allTo;
import static dev.meltemi.sidecar.PublishedMesh.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.sidecar.SidecarSettings.Config;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/// A broker that comes back empty has lost the mesh's rules; it has not withdrawn them.
class RebuiltBusTest {
    private static final LoopResources LOOPS = LoopResources.create("rebuilt", 1, 2, true);

    private final PublishedMesh mesh = new PublishedMesh(InMemoryBus.create());
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path state;

    @AfterEach
    void closeAll() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void what_runs_goes_on_and_the_new_bus_is_refused() {
        publishedByTwo();
        var proxy = productpage(false).runs("config-1", 1);

        var rebuilt = mesh.rebuilt();
        rebuilt.publish(0, Write.delete(Topics.ENDPOINTS, REVIEWS + "/reviews-v1"));
        awaitRefusal(proxy, "the bus was rebuilt");
        rebuilt.bus()
                .publish(Write.delete(Topics.ENDPOINTS, REVIEWS + "/reviews-v1"))
                .block();
        rebuilt.publish(1, allTo("v2", 1));
        awaitRefusal(proxy, "revision 1: the bus was rebuilt");

        assertThat(proxy.sidecar().running().revision().topicId()).isEqualTo("config-1");
        assertThat(proxy.get("http://reviews:9080/reviews/0")).isEqualTo("reviews v1");
        assertThat(proxy.health()).isEqualTo(200);
    }

    @Test
    void its_heartbeat_says_so_on_the_new_bus() {
        publishedByTwo();
        productpage(false).runs("config-1", 1);

        mesh.rebuilt().publish(0);

        await().untilAsserted(() -> assertThat(newestHeartbeat()).hasValueSatisfying(beat -> {
            assertThat(beat.getTopicId()).isEqualTo("config-1");
            assertThat(beat.getConfigOffset()).isEqualTo(1);
            assertThat(beat.getRefusals())
                    .singleElement()
                    .asString()
                    .contains("the bus was rebuilt", "config-2", "config-1", "--adopt-new-bus");
        }));
    }

    @Test
    void the_new_bus_is_adopted_when_that_is_wanted() {
        publishedByTwo();
        var proxy = productpage(true).runs("config-1", 1);

        mesh.rebuilt().publish(0, endpoint("v2", application("reviews v2")), allTo("v2", 0));

        proxy.runs("config-2", 0);
        assertThat(proxy.sidecar().running().refusals()).isEmpty();
        assertThat(proxy.get("http://reviews:9080/reviews/0")).isEqualTo("reviews v2");
    }

    @Test
    void a_restored_bus_is_adopted_by_itself() {
        publishedByTwo();
        var proxy = productpage(false).runs("config-1", 1);

        mesh.restored().publish(0, endpoint("v2", application("reviews v2")), allTo("v2", 0));

        proxy.runs("config-2", 0);
        assertThat(proxy.sidecar().running().refusals()).isEmpty();
        assertThat(proxy.get("http://reviews:9080/reviews/0")).isEqualTo("reviews v2");
    }

    @Test
    void a_sidecar_that_starts_afterwards_adopts_a_restored_bus() {
        publishedByTwo();
        productpage(false).runs("config-1", 1).close();
        mesh.restored().publish(0, endpoint("v2", application("reviews v2")), allTo("v2", 0));

        var after = productpage(false).runs("config-2", 0);

        assertThat(after.sidecar().running().stale()).isFalse();
        assertThat(after.sidecar().running().refusals()).isEmpty();
    }

    @Test
    void a_sidecar_that_starts_afterwards_serves_its_file_and_refuses_the_new_bus() {
        publishedByTwo();
        productpage(false).runs("config-1", 1).close();
        mesh.rebuilt().publish(0);

        var after = productpage(false).runs("config-1", 1);

        awaitRefusal(after, "the bus was rebuilt");
        assertThat(after.sidecar().running().stale()).isTrue();
        assertThat(after.get("http://reviews:9080/reviews/0")).isEqualTo("reviews v1");
    }

    private void publishedByTwo() {
        mesh.publish(
                1,
                endpoint("v1", application("reviews v1")),
                endpoint("v2", application("reviews v2")),
                allTo("v1", 1));
    }

    private RunningProductpage productpage(boolean adopt) {
        var config =
                new Config(Optional.empty(), Optional.of(state), Duration.ofSeconds(30), Duration.ofDays(1), adopt);
        var proxy = RunningProductpage.start(LOOPS, mesh.bus(), config, Duration.ofSeconds(3));
        open.add(proxy);
        return proxy;
    }

    private InetSocketAddress application(String answer) {
        var server = HttpServer.create()
                .runOn(LOOPS)
                .host("127.0.0.1")
                .port(0)
                .handle((_, response) -> response.sendString(Mono.just(answer)))
                .bindNow();
        open.add(server::disposeNow);
        return (InetSocketAddress) server.address();
    }

    private static void awaitRefusal(RunningProductpage proxy, String why) {
        await().until(() -> proxy.sidecar().running().refusals().stream().anyMatch(refusal -> refusal.contains(why)));
    }

    private Optional<Heartbeat> newestHeartbeat() {
        return mesh.bus()
                .follow(List.of(Topics.SIDECARS))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                .ofType(TopicEvent.Put.class)
                .map(put -> (Heartbeat) put.value())
                .collectList()
                .blockOptional()
                .filter(beats -> !beats.isEmpty())
                .map(List::getLast);
    }
}
