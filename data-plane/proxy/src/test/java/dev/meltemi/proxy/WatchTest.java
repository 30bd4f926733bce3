package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;

/// What is seen of a proxy from outside its event loops.
@Timeout(60)
class WatchTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";

    @Test
    void a_loop_that_dies_is_noticed() throws Exception {
        var loops = LoopResources.create("dying", 1, 1, true, false);
        var rules = new RulesInForce();
        var ports =
                new ProxyPorts(rules::table, entry -> true, InstantSource.system(), new SplittableRandom(), () -> null);
        var server = new ProxyServer(ports, ProxySettings.DEFAULT, loops);
        var noticed = new CompletableFuture<String>();
        server.whenBroken(() -> noticed.complete("broken"));
        DisposableServer listener =
                Objects.requireNonNull(server.bindOutbound(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .block(Duration.ofSeconds(10)));
        try (var _ = new RawClient((InetSocketAddress) listener.address())) {
            await().until(() -> server.openConnections() == 1);
            assertThat(server.broken()).isFalse();

            loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(10));

            assertThat(noticed.get(10, TimeUnit.SECONDS)).isEqualTo("broken");
            assertThat(server.broken()).isTrue();
        }
    }

    @Test
    void a_pooled_connection_is_closed_when_its_endpoint_is_gone() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var proxy = new ProxyUnderTest()) {
            proxy.rules.endpoint(origin.address());
            assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 200 ");
            assertThat(origin.visits().getFirst().over).isFalse();

            proxy.rules.withoutEndpoints();

            await().until(() -> origin.visits().getFirst().over);
        }
    }

    @Test
    void a_request_under_way_to_an_endpoint_that_goes_is_answered() throws IOException {
        var released = new CompletableFuture<String>();
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    visit.write(released.join());
                    visit.readToEnd();
                });
                var proxy = new ProxyUnderTest();
                var caller = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            caller.write(GET);
            await().until(() -> origin.received().contains("\r\n\r\n"));
            proxy.rules.withoutEndpoints();
            await().pollDelay(Duration.ofMillis(700)).until(() -> true);

            released.complete(RecordingOrigin.OK);

            assertThat(caller.answer()).startsWith("HTTP/1.1 200 ");
            await().until(() -> origin.visits().getFirst().over);
        }
    }
}
