package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Connections of all kinds come and go, rules change, certificates rotate: afterwards a pair of proxies has what it
/// had before. `-Dsoak.seconds=N` for longer than {@value #SECONDS} s.
class SoakTest {
    private static final int SECONDS = 6;
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final int AT_ONCE = 3;
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    private static final String POST =
            "POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 20000\r\n\r\n" + "x".repeat(20_000);

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    private static final String UPGRADE = "GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";

    private final ForgetfulOrigin origin = new ForgetfulOrigin();
    private final TcpOrigin echo = echoing();
    private final ProxyUnderTest callee = new ProxyUnderTest(soonIdle()).as(AUTHORITY.member("reviews"));
    private final ProxyUnderTest caller = new ProxyUnderTest(soonIdle()).as(AUTHORITY.member("productpage"));
    private final RelayUnderTest relay = new RelayUnderTest(soonIdle());

    private static TcpOrigin echoing() {
        try {
            return TcpOrigin.echoing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProxySettings soonIdle() {
        var usual = ProxySettings.Timeouts.DEFAULT;
        return ProxySettings.DEFAULT.with(new ProxySettings.Timeouts(
                usual.head(),
                usual.downstreamIdle(),
                usual.stream(),
                Duration.ofMillis(300),
                usual.halfClosed(),
                Duration.ofMillis(100),
                usual.handshake(),
                usual.connect()));
    }

    @BeforeEach
    void rules() {
        relay.rules.endpoint(echo.address());
        towardsDb = relay.towardsDb();
        inbound = callee.inbound(origin.address());
        caller.rules.meshEndpoint("reviews", inbound);
    }

    private InetSocketAddress towardsDb = new InetSocketAddress(0);
    private InetSocketAddress inbound = new InetSocketAddress(0);

    @AfterEach
    void stop() throws IOException {
        caller.close();
        callee.close();
        relay.close();
        echo.close();
        origin.close();
    }

    private record Held(int files, long heap, long direct) {}

    @Test
    void after_much_has_come_and_gone_as_much_is_held_as_before() throws Exception {
        churn(Duration.ofSeconds(2));
        Held before = held(Integer.MAX_VALUE);

        int rounds = churn(Duration.ofSeconds(Integer.getInteger("soak.seconds", SECONDS)));

        Held after = held(before.files());
        assertThat(rounds).isGreaterThanOrEqualTo(AT_ONCE);
        assertThat(after.files()).as("files open").isLessThanOrEqualTo(before.files());
        assertThat(after.heap() - before.heap())
                .as("octets on the heap more than before, after %d rounds", rounds)
                .isLessThan(3L << 20);
        assertThat(after.direct() - before.direct())
                .as("octets beside the heap")
                .isLessThan(8L << 20);
        assertThat(caller.rules.clusters().byName().values().stream()
                        .flatMap(cluster -> cluster.endpoints().stream())
                        .filter(endpoint -> endpoint.active() != 0))
                .isEmpty();
    }

    /// Once nobody is connected to anybody.
    private Held held(int files) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(caller.server.openConnections()).isZero();
            assertThat(callee.server.openConnections()).isZero();
            assertThat(relay.server.openConnections()).isZero();
            assertThat(origin.open).hasValue(0);
            assertThat(openFiles()).isLessThanOrEqualTo(files);
        });
        System.gc();
        Runtime jvm = Runtime.getRuntime();
        long direct = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
        return new Held(openFiles(), jvm.totalMemory() - jvm.freeMemory(), direct);
    }

    private static int openFiles() {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @return rounds
    private int churn(Duration howLong) throws Exception {
        var enough = new AtomicBoolean();
        int rounds = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var callers = new ArrayList<Future<Integer>>();
            for (int i = 0; i < AT_ONCE; i++) {
                callers.add(threads.submit(() -> call(enough)));
            }
            change(System.nanoTime() + howLong.toNanos(), callers);
            enough.set(true);
            for (Future<Integer> one : callers) {
                rounds += one.get();
            }
        }
        return rounds;
    }

    /// Rules all the time, certificates and endpoints now and then.
    private void change(long until, List<Future<Integer>> callers) {
        var changes = new int[1];
        Awaitility.await()
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofDays(1))
                .until(() -> {
                    int change = changes[0]++;
                    caller.rules.route(route -> route.setTimeoutUs(10_000_000L + change));
                    if (change % 40 == 9) {
                        caller.identity.set(AUTHORITY.member("productpage"));
                    }
                    if (change % 40 == 29) {
                        callee.identity.set(AUTHORITY.member("reviews"));
                    }
                    caller.log.clear();
                    callee.log.clear();
                    relay.log.clear();
                    relay.counts.clear();
                    return System.nanoTime() > until || callers.stream().anyMatch(Future::isDone);
                });
    }

    private int call(AtomicBoolean enough) throws IOException {
        int rounds = 0;
        while (!enough.get()) {
            http1();
            http2();
            tunnel();
            leave();
            malformed();
            whole();
            rounds++;
        }
        return rounds;
    }

    private void http1() throws IOException {
        try (var client = new RawClient(caller.outbound())) {
            for (int i = 0; i < 4; i++) {
                client.write(i % 2 == 0 ? GET : POST);
                assertThat(client.answer()).startsWith("HTTP/1.1 200");
            }
        }
    }

    private void http2() throws IOException {
        try (var client = new FrameClient(caller.outbound())) {
            client.get(1, "/")
                    .post(3, "content-length", "4")
                    .data(3, true, "some")
                    .get(5, "/")
                    .flush();
            assertThat(client.answer(1).status).isEqualTo("200");
            client.get(7, "/").reset(7, FrameClient.REFUSED_STREAM).flush();
            assertThat(client.answer(3).status).isEqualTo("200");
            assertThat(client.answer(5).status).isEqualTo("200");
        }
    }

    private void tunnel() throws IOException {
        try (var client = new RawClient(caller.outbound())) {
            client.write(UPGRADE);
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101");
            client.write("anything");
            assertThat(client.read(8)).isEqualTo("anything");
        }
    }

    private void leave() throws IOException {
        try (var client = new RawClient(caller.outbound())) {
            client.write(POST.substring(0, 5_000));
            client.reset();
        }
    }

    private void malformed() throws IOException {
        try (var client = new RawClient(caller.outbound())) {
            client.write("GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
            assertThat(client.readToEndOrReset()).startsWith("HTTP/1.1 400");
        }
    }

    private void whole() throws IOException {
        try (var client = new RawClient(towardsDb)) {
            client.write("ping");
            assertThat(client.read(4)).isEqualTo("ping");
        }
    }
}
