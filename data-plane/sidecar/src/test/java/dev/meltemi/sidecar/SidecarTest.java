package dev.meltemi.sidecar;

import static dev.meltemi.sidecar.PublishedMesh.allTo;
import static dev.meltemi.sidecar.PublishedMesh.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Service;
import dev.meltemi.sidecar.SidecarSettings.Who;
import dev.meltemi.sidecar.config.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

class SidecarTest {
    private static final LoopResources LOOPS = LoopResources.create("test", 1, 2, true);

    private final PublishedMesh mesh = new PublishedMesh(InMemoryBus.create());
    private final String address = loopback();
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path state;

    static String loopback() {
        var random = ThreadLocalRandom.current();
        return "127." + random.nextInt(1, 250) + "." + random.nextInt(1, 250) + "." + random.nextInt(2, 250);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    private InetSocketAddress application(String host, int port, String answer) {
        DisposableServer server = HttpServer.create()
                .runOn(LOOPS)
                .host(host)
                .port(port)
                .handle((request, response) -> response.sendString(Mono.just(answer)))
                .bindNow();
        open.add(server::disposeNow);
        return (InetSocketAddress) server.address();
    }

    private Sidecar productpage(MeshBus bus) {
        return started(
                bus,
                new Config(
                        java.util.Optional.empty(),
                        java.util.Optional.of(state),
                        Duration.ofMillis(50),
                        Duration.ofDays(1),
                        false));
    }

    private Sidecar started(MeshBus bus, Config config) {
        var who = new Who(
                "productpage-v1",
                "default",
                Map.of("app", "productpage", "version", "v1"),
                "",
                "Kubernetes",
                "",
                false,
                List.of(new Service("productpage.default.svc.cluster.local", 9080, "http")));
        var settings = new SidecarSettings(who, Listen.at(address, 8080), config, Duration.ofSeconds(3));
        var sidecar = Sidecar.start(settings, SidecarWorld.of(LOOPS, bus, null));
        open.add(sidecar);
        return sidecar;
    }

    private HttpResponse<String> get(String uri) {
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(ProxySelector.of(new InetSocketAddress(address, 15001)))
                .build()) {
            return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> page(int port, String path) {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void reviewsInTwoVersions() {
        var v1 = application("127.0.0.1", 0, "reviews v1");
        var v2 = application("127.0.0.1", 0, "reviews v2");
        mesh.publish(1, endpoint("v1", v1), endpoint("v2", v2), allTo("v1", 1));
    }

    private void moveTo(String version, long offset) {
        mesh.publish(offset, allTo(version, offset));
    }

    private static void awaitRevision(Sidecar sidecar, long offset) {
        await().until(() -> sidecar.running().revision().offset() == offset && sidecar.ready());
    }

    @Test
    void a_published_rule_moves_traffic() {
        reviewsInTwoVersions();
        var sidecar = productpage(mesh.bus());
        awaitRevision(sidecar, 1);
        var before = get("http://reviews:9080/reviews/0");

        moveTo("v2", 2);
        awaitRevision(sidecar, 2);

        assertThat(before.body()).isEqualTo("reviews v1");
        assertThat(get("http://reviews:9080/reviews/0").body()).isEqualTo("reviews v2");
    }

    @Test
    void an_endpoint_takes_traffic_without_a_new_revision() {
        var v1 = application("127.0.0.1", 0, "reviews v1");
        mesh.publish(1, allTo("v1", 1));
        var sidecar = productpage(mesh.bus());
        awaitRevision(sidecar, 1);
        int before = get("http://reviews:9080/reviews/0").statusCode();

        mesh.bus().publish(endpoint("v1", v1)).block();
        await().until(() -> sidecar.running().endpoints() == 1);

        assertThat(before).isEqualTo(503);
        assertThat(get("http://reviews:9080/reviews/0").statusCode()).isEqualTo(200);
    }

    @Test
    void others_reach_the_application_at_the_service_port() {
        application(address, 8080, "the page");
        mesh.publish(1);
        awaitRevision(productpage(mesh.bus()), 1);

        var answer = page(9080, "/productpage");

        assertThat(answer.body()).isEqualTo("the page");
    }

    @Test
    void it_registers_and_says_what_it_runs() {
        var registrations = new ArrayList<Registration>();
        var beats = new ArrayList<Heartbeat>();
        var following = mesh.bus()
                .follow(List.of(Topics.WORKLOADS, Topics.SIDECARS))
                .subscribe(event -> {
                    synchronized (beats) {
                        if (event instanceof TopicEvent.Put<?> put
                                && put.value() instanceof Registration registration) {
                            registrations.add(registration);
                        } else if (event instanceof TopicEvent.Put<?> put && put.value() instanceof Heartbeat beat) {
                            beats.add(beat);
                        }
                    }
                });
        mesh.publish(1, allTo("v1", 1));

        var sidecar = productpage(mesh.bus());

        await().untilAsserted(() -> {
            synchronized (beats) {
                assertThat(registrations).singleElement().satisfies(one -> {
                    assertThat(one.getAddress()).isEqualTo(address);
                    assertThat(one.getInstance()).isEqualTo(sidecar.instance());
                    assertThat(one.getServices()
                                    .getFirst()
                                    .getPorts()
                                    .getFirst()
                                    .getNumber())
                            .isEqualTo(9080);
                });
                assertThat(beats.getLast().getConfigOffset()).isEqualTo(1);
                assertThat(beats.getLast().getTopicId()).isEqualTo("config-1");
            }
        });
        following.dispose();
    }

    @Test
    void its_registration_is_withdrawn_when_it_ends() {
        var gone = new ArrayList<String>();
        var following = mesh.bus().follow(List.of(Topics.WORKLOADS)).subscribe(event -> {
            if (event instanceof TopicEvent.Delete<?> delete) {
                gone.add(delete.key());
            }
        });
        mesh.publish(1);
        var sidecar = productpage(mesh.bus());
        awaitRevision(sidecar, 1);
        await().until(() -> mesh.isRegistered(sidecar.instance()));

        sidecar.close();

        await().untilAsserted(() -> assertThat(gone).containsExactly(sidecar.instance()));
        following.dispose();
    }

    @Test
    void it_is_ready_with_its_first_table_and_not_before() {
        var sidecar = productpage(mesh.bus());
        int before = page(15021, "/healthz/ready").statusCode();

        mesh.publish(1);
        awaitRevision(sidecar, 1);

        assertThat(before).isEqualTo(503);
        assertThat(page(15021, "/healthz/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void it_serves_its_last_known_good_while_the_bus_is_away() {
        reviewsInTwoVersions();
        var before = productpage(mesh.bus());
        awaitRevision(before, 1);
        before.close();

        var after = productpage(new SilentBus());
        await().until(after::ready);

        assertThat(after.running().stale()).isTrue();
        assertThat(get("http://reviews:9080/reviews/0").body()).isEqualTo("reviews v1");
    }

    @Test
    void a_drained_sidecar_is_not_ready_and_ends_at_once_without_connections() {
        mesh.publish(1);
        var sidecar = productpage(mesh.bus());
        awaitRevision(sidecar, 1);
        long started = System.nanoTime();

        sidecar.close();

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
        assertThat(sidecar.ready()).isFalse();
    }

    @Test
    void a_taken_port_is_named_with_what_to_do() throws IOException {
        try (var squatter = new ServerSocket(15001, 1, InetAddress.ofLiteral(address))) {
            assertThatThrownBy(() -> productpage(mesh.bus()))
                    .isInstanceOfSatisfying(
                            StartException.class,
                            e -> assertThat(e.getExitCode()).isEqualTo(69))
                    .hasMessageContaining(address + ":" + squatter.getLocalPort())
                    .hasMessageContaining("--outbound-port");
        }
    }

    @Test
    void metrics_have_istios_names() {
        reviewsInTwoVersions();
        awaitRevision(productpage(mesh.bus()), 1);
        get("http://reviews:9080/reviews/0");

        var text = page(15020, "/stats/prometheus").body();

        assertThat(text)
                .contains("istio_requests_total{")
                .contains("destination_workload=\"reviews-v1\"")
                .contains("istio_build");
    }

    @Test
    void admin_pages_show_what_runs() {
        reviewsInTwoVersions();
        awaitRevision(productpage(mesh.bus()), 1);

        assertThat(page(15000, "/config_dump").body())
                .contains("default/reviews")
                .contains("\"secrets\"")
                .contains("\"offset\" : 1");
        assertThat(page(15000, "/clusters").body()).contains("outbound|9080|v1|" + PublishedMesh.REVIEWS);
        assertThat(page(15000, "/stats").body()).contains("config.revision: 1");
    }
}
