package dev.meltemi.sidecar;

import static dev.meltemi.sidecar.PublishedMesh.allTo;
import static dev.meltemi.sidecar.PublishedMesh.endpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.sidecar.SidecarSettings.Config;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/// A sidecar that is told to end while a request is under way.
@Timeout(60)
class DrainTest {
    private static final LoopResources LOOPS = LoopResources.create("drain", 1, 2, true);
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final PublishedMesh mesh = new PublishedMesh(InMemoryBus.create());
    private final CountDownLatch asked = new CountDownLatch(1);
    private final Sinks.One<String> answer = Sinks.one();
    private final DisposableServer reviews = HttpServer.create()
            .runOn(LOOPS)
            .host("127.0.0.1")
            .port(0)
            .handle((_, response) -> {
                asked.countDown();
                return response.sendString(answer.asMono());
            })
            .bindNow();
    private final RunningProductpage proxy = RunningProductpage.start(LOOPS, mesh.bus(), Config.FROM_BUS, GRACE);

    @BeforeEach
    void publish() {
        mesh.publish(1, endpoint("v1", (InetSocketAddress) reviews.address()), allTo("v1", 1));
        proxy.runs("config-1", 1);
    }

    @AfterEach
    void stop() {
        answer.tryEmitValue("late");
        proxy.close();
        reviews.disposeNow();
    }

    @Test
    void a_request_under_way_is_answered_and_the_caller_is_told_to_go() throws Exception {
        try (var caller = asking()) {
            var closing = CompletableFuture.runAsync(proxy::close);
            await().untilAsserted(this::refusesNewConnections);

            answer.tryEmitValue("the review");
            var said = new String(caller.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            long answered = System.nanoTime();
            closing.get(GRACE.toSeconds(), TimeUnit.SECONDS);

            assertThat(said)
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("connection: close\r\n")
                    .contains("the review");
            assertThat(Duration.ofNanos(System.nanoTime() - answered))
                    .as("it ends with its last connection, not when the time is up")
                    .isLessThan(GRACE.dividedBy(3));
        }
    }

    @Test
    void while_a_request_is_under_way_new_connections_are_refused_and_it_is_not_ready() throws Exception {
        try (var _ = asking()) {
            var closing = CompletableFuture.runAsync(proxy::close);

            await().untilAsserted(this::refusesNewConnections);

            assertThat(closing).isNotDone();
            assertThat(proxy.health()).isEqualTo(503);
            answer.tryEmitValue("the review");
            closing.get(GRACE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void who_doesnt_know_yet_that_it_goes_is_served_and_told() throws Exception {
        try (var first = asking()) {
            var closing = CompletableFuture.runAsync(proxy::close);
            await().until(() -> proxy.health() == 503);
            answer.tryEmitValue("the review");

            String another = ask();

            assertThat(another).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close\r\n");
            first.getInputStream().readAllBytes();
            closing.get(GRACE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void draining_can_be_taken_back() throws Exception {
        answer.tryEmitValue("the review");
        assertThat(proxy.post("/drain")).isEqualTo(200);
        await().until(() -> proxy.health() == 503 && !mesh.isRegistered(proxy.instance()));
        assertThat(ask()).startsWith("HTTP/1.1 200");

        assertThat(proxy.post("/undrain")).isEqualTo(200);

        await().until(() -> proxy.health() == 200);
        await().until(() -> mesh.isRegistered(proxy.instance()));
        assertThat(ask()).startsWith("HTTP/1.1 200");
    }

    private String ask() throws IOException {
        try (var caller = new Socket(InetAddress.ofLiteral(proxy.address()), 15001)) {
            caller.getOutputStream()
                    .write("GET /reviews/0 HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(caller.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private Socket asking() throws Exception {
        var caller = new Socket(InetAddress.ofLiteral(proxy.address()), 15001);
        caller.getOutputStream()
                .write("GET /reviews/0 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(asked.await(10, TimeUnit.SECONDS)).as("the request arrived").isTrue();
        return caller;
    }

    private void refusesNewConnections() {
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }

    private void connect() throws IOException {
        new Socket(InetAddress.ofLiteral(proxy.address()), 15001).close();
    }
}
