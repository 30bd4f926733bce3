package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Connections of any protocol, through a proxy in plaintext.
class TcpRelayTest {
    private static final int LARGE = 32 * 1024 * 1024;

    @Test
    void octets_go_both_ways_and_one_entry_tells_of_the_connection() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());
            try (var client = new RawClient(proxy.towardsDb())) {
                client.write("SELECT 1");
                assertThat(client.read(8)).isEqualTo("SELECT 1");
            }

            var entry = proxy.entry();

            assertThat(entry.protocol()).isEqualTo("TCP");
            assertThat(entry.requestBytes()).isEqualTo(8);
            assertThat(entry.responseBytes()).isEqualTo(8);
            assertThat(entry.responseFlags()).isEqualTo("-");
            assertThat(entry.attempts()).isEqualTo(1);
            var way = entry.edge().way();
            assertThat(way.requestProtocol()).isEqualTo("tcp");
            assertThat(way.upstreamCluster()).isEqualTo("outbound|5432||" + ConnectionRulesInForce.DB);
            assertThat(way.upstreamHost())
                    .isEqualTo("127.0.0.1:" + origin.address().getPort());
            assertThat(proxy.counts).extracting(ConnectionCount::opened).startsWith(1);
            assertThat(proxy.counts.getLast())
                    .extracting(ConnectionCount::closed, ConnectionCount::received, ConnectionCount::sent)
                    .containsExactly(1, 8L, 8L);
        }
    }

    @Test
    void a_server_that_speaks_first_is_heard_before_its_caller_says_anything() throws IOException {
        try (var origin = TcpOrigin.greeting();
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());

            try (var client = new RawClient(proxy.towardsDb())) {
                assertThat(client.readUntil("\r\n")).isEqualTo("220 hello\r\n");
            }
        }
    }

    @Test
    void the_callers_end_is_passed_on_and_the_answer_still_comes() throws IOException {
        try (var origin = TcpOrigin.echoingAtTheEnd();
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());

            try (var client = new RawClient(proxy.towardsDb())) {
                client.write("all of it");
                client.socket.shutdownOutput();

                assertThat(client.readToEnd()).isEqualTo("got all of it");
            }
            assertThat(proxy.entry().responseFlags()).isEqualTo("-");
        }
    }

    @Test
    void the_endpoints_end_is_passed_on_and_it_still_hears_the_caller() throws IOException {
        var heard = new AtomicLong();
        try (var origin = new TcpOrigin(socket -> {
                    socket.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
                    socket.shutdownOutput();
                    heard.set(socket.getInputStream().readAllBytes().length);
                });
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());

            try (var client = new RawClient(proxy.towardsDb())) {
                assertThat(client.readToEnd()).isEqualTo("bye");
                client.write("still here");
            }

            Awaitility.await().until(() -> heard.get() == 10);
            assertThat(proxy.entry().requestBytes()).isEqualTo(10);
        }
    }

    @Test
    void large_transfers_arrive_to_the_octet() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());
            long read;
            try (var client = new RawClient(proxy.towardsDb())) {
                Thread.ofVirtual().start(() -> send(client, LARGE));
                read = count(client.socket.getInputStream());
            }

            assertThat(read).isEqualTo(LARGE);
            assertThat(proxy.entry().requestBytes()).isEqualTo(LARGE);
            assertThat(proxy.entry().responseBytes()).isEqualTo(LARGE);
        }
    }

    private static void send(RawClient client, int octets) {
        byte[] piece = new byte[64 * 1024];
        try {
            for (int sent = 0; sent < octets; sent += piece.length) {
                client.socket.getOutputStream().write(piece);
            }
            client.socket.shutdownOutput();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long count(InputStream in) throws IOException {
        byte[] piece = new byte[64 * 1024];
        long all = 0;
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            all += read;
        }
        return all;
    }

    @Test
    void what_a_slow_reader_does_not_take_is_not_read_from_the_other_side() throws IOException {
        var sent = new AtomicLong();
        try (var origin = new TcpOrigin(socket -> {
                    byte[] piece = new byte[64 * 1024];
                    while (sent.get() < 1L << 30) {
                        socket.getOutputStream().write(piece);
                        sent.addAndGet(piece.length);
                    }
                });
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());
            try (var client = new Socket()) {
                client.setReceiveBufferSize(64 * 1024);
                client.connect(proxy.towardsDb());
                var before = new AtomicLong(-1);
                // full when nothing moves for half a second
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(500))
                        .until(() -> before.getAndSet(sent.get()) == sent.get() && sent.get() > 0);

                // what the kernel keeps on both sides; the proxy itself keeps 64 KiB and one read
                assertThat(sent.get()).isLessThan(24L * 1024 * 1024);

                long read = client.getInputStream().readNBytes(LARGE).length;
                assertThat(read).isEqualTo(LARGE);
                client.setSoLinger(true, 0);
            }
            assertThat(proxy.entry().responseFlags()).isEqualTo("DC");
        }
    }

    @Test
    void a_callers_reset_reaches_the_endpoint_as_a_reset() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());
            var client = new RawClient(proxy.towardsDb());
            client.write("x");
            client.read(1);

            client.reset();

            assertThat(origin.failure()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
            assertThat(proxy.entry().responseFlags()).isEqualTo("DC");
        }
    }

    @Test
    void an_endpoints_reset_reaches_the_caller_as_a_reset() throws IOException {
        try (var origin = new TcpOrigin(socket -> {
                    socket.getInputStream().read();
                    socket.setSoLinger(true, 0);
                });
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(origin.address());
            try (var client = new RawClient(proxy.towardsDb())) {
                client.write("x");

                assertThatThrownBy(client::readToEnd)
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
            assertThat(proxy.entry().responseFlags()).isEqualTo("UC");
        }
    }

    @Test
    void an_idle_connection_is_closed_after_the_rules_time() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules
                    .endpoint(origin.address())
                    .policy(pool(ConnectionPool.newBuilder().setTcpIdleTimeoutUs(200_000L)));

            try (var client = new RawClient(proxy.towardsDb())) {
                client.write("x");
                client.read(1);
                assertThat(client.readToEndOrReset()).isEmpty();
            }

            assertThat(proxy.entry().responseCodeDetails()).isEqualTo("idle_timeout");
            assertThat(proxy.entry().durationMicros()).isBetween(200_000L, 5_000_000L);
        }
    }

    @Test
    void a_connection_that_is_old_enough_is_closed_though_it_is_busy() throws IOException {
        try (var origin = new TcpOrigin(socket -> {
                    while (true) {
                        socket.getOutputStream().write(new byte[1024]);
                    }
                });
                var proxy = new RelayUnderTest()) {
            proxy.rules
                    .endpoint(origin.address())
                    .policy(pool(ConnectionPool.newBuilder().setMaxConnectionDurationUs(200_000L)));

            try (var client = new RawClient(proxy.towardsDb())) {
                client.readToEndOrReset();
            }

            assertThat(proxy.entry().responseFlags()).isEqualTo("DT");
        }
    }

    @Test
    void a_connection_more_than_the_rule_allows_is_closed_and_told() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules
                    .endpoint(origin.address())
                    .policy(pool(ConnectionPool.newBuilder().setMaxConnections(1)));
            InetSocketAddress address = proxy.towardsDb();
            try (var first = new RawClient(address)) {
                first.write("x");
                first.read(1);

                try (var second = new RawClient(address)) {
                    assertThat(second.readToEndOrReset()).isEmpty();
                }
                assertThat(proxy.entry().responseFlags()).isEqualTo("UO");
            }
            Awaitility.await().until(() -> proxy.log.size() == 2);
            try (var third = new RawClient(address)) {
                third.write("y");
                assertThat(third.read(1)).isEqualTo("y");
            }
        }
    }

    @Test
    void an_endpoint_that_refuses_is_passed_over_for_another() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(nobody()).endpoint(nobody()).endpoint(origin.address());
            InetSocketAddress address = proxy.towardsDb();

            for (int i = 0; i < 8; i++) {
                try (var client = new RawClient(address)) {
                    client.write("x");
                    assertThat(client.read(1)).isEqualTo("x");
                }
            }
        }
    }

    @Test
    void a_service_of_which_no_endpoint_can_be_reached_closes_with_uf() throws IOException {
        try (var proxy = new RelayUnderTest()) {
            proxy.rules.endpoint(nobody());

            try (var client = new RawClient(proxy.towardsDb())) {
                assertThat(client.readToEndOrReset()).isEmpty();
            }

            assertThat(proxy.entry().responseFlags()).isEqualTo("UF,URX");
            assertThat(proxy.entry().responseCodeDetails()).contains("remote_connection_failure");
        }
    }

    @Test
    void a_service_without_endpoints_closes_with_uh() throws IOException {
        try (var proxy = new RelayUnderTest();
                var client = new RawClient(proxy.towardsDb())) {
            assertThat(client.readToEndOrReset()).isEmpty();

            assertThat(proxy.entry().responseFlags()).isEqualTo("UH");
        }
    }

    private static InetSocketAddress nobody() throws IOException {
        try (var gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) gone.getLocalSocketAddress();
        }
    }

    private static TrafficPolicy.Builder pool(ConnectionPool.Builder said) {
        return TrafficPolicy.newBuilder().setConnectionPool(said.build());
    }
}
