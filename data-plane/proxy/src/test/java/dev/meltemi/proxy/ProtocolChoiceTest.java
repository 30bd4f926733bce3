package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.MutualTls;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is waited for at a port, and where that leads.
class ProtocolChoiceTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();

    @Test
    void at_an_undeclared_port_http_is_routed_and_anything_else_is_carried_whole() throws IOException {
        try (var http = RecordingOrigin.answering(RecordingOrigin.OK);
                var proxy = new RelayUnderTest()) {
            proxy.rules.protocol("").endpoint(http.address());
            InetSocketAddress address = proxy.towardsDb();

            assertThat(RawClient.ask(address, "GET / HTTP/1.1\r\nhost: db:5432\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            assertThat(proxy.entry().protocol()).isEqualTo("HTTP/1.1");
        }
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.protocol("").endpoint(origin.address());
            try (var client = new RawClient(proxy.towardsDb())) {
                client.write("*1\r\n$4\r\nPING\r\n");
                assertThat(client.read(14)).isEqualTo("*1\r\n$4\r\nPING\r\n");
            }
            assertThat(proxy.entry().protocol()).isEqualTo("TCP");
        }
    }

    @Test
    void a_silent_caller_of_an_undeclared_port_is_connected_when_the_meshs_patience_is_over() throws IOException {
        try (var origin = TcpOrigin.greeting();
                var proxy = new RelayUnderTest()) {
            proxy.rules.protocol("").endpoint(origin.address()).mesh(OutboundTraffic.ALLOW_ANY, 200_000L);

            try (var client = new RawClient(proxy.towardsDb())) {
                assertThat(client.readUntil("\r\n")).isEqualTo("220 hello\r\n");
            }
        }
    }

    @Test
    void without_such_a_patience_it_waits_for_the_caller() throws IOException {
        try (var origin = TcpOrigin.greeting();
                var proxy = new RelayUnderTest()) {
            proxy.rules.protocol("").endpoint(origin.address());
            try (var client = new RawClient(proxy.towardsDb())) {
                Awaitility.await()
                        .during(Duration.ofMillis(400))
                        .atMost(Duration.ofSeconds(5))
                        .until(() -> origin.visits() == 0);
                client.write("QUIT\r\n");

                assertThat(client.readUntil("\r\n")).isEqualTo("220 hello\r\n");
            }
        }
    }

    @Test
    void the_first_octets_of_a_request_may_come_one_by_one() throws IOException {
        try (var http = RecordingOrigin.answering(RecordingOrigin.OK);
                var proxy = new RelayUnderTest()) {
            proxy.rules.protocol("").endpoint(http.address());
            try (var client = new RawClient(proxy.towardsDb())) {
                client.socket.setTcpNoDelay(true);
                for (String octet : "GET / HTTP/1.1\r\nhost: db:5432\r\n\r\n".split("", -1)) {
                    client.write(octet);
                }

                assertThat(client.answer()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 100_000})
    void tls_goes_through_a_gateway_by_its_server_name_however_its_hello_is_cut(int piece) throws IOException {
        byte[] hello = hello("db.example.org");
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.gateway(443, "PASSTHROUGH", "*.example.org").endpoint(origin.address());
            try (var client = new RawClient(proxy.gateway(443))) {
                client.socket.setTcpNoDelay(true);
                for (int at = 0; at < hello.length; at += piece) {
                    client.socket.getOutputStream().write(hello, at, Math.min(piece, hello.length - at));
                }

                assertThat(client.socket.getInputStream().readNBytes(hello.length))
                        .as("the very octets of the hello")
                        .isEqualTo(hello);
            }
            assertThat(proxy.entry().authority()).isEqualTo("db.example.org");
            assertThat(proxy.entry().edge().way().rule()).isEqualTo("VirtualService/default/to-db");
        }
    }

    @Test
    void a_hello_in_several_records_is_one_hello() throws IOException {
        byte[] hello = inRecordsOf(50, hello("db.example.org"));
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.gateway(443, "PASSTHROUGH", "db.example.org").endpoint(origin.address());
            try (var client = new RawClient(proxy.gateway(443))) {
                client.socket.getOutputStream().write(hello);

                assertThat(client.socket.getInputStream().readNBytes(hello.length))
                        .isEqualTo(hello);
            }
        }
    }

    @Test
    void a_server_name_that_nobody_serves_is_closed_and_told() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.gateway(443, "PASSTHROUGH", "*.example.org").endpoint(origin.address());
            try (var client = new RawClient(proxy.gateway(443))) {
                client.socket.getOutputStream().write(hello("db.example.com"));
                assertThat(client.readToEndOrReset()).isEmpty();
            }

            assertThat(proxy.entry().responseFlags()).isEqualTo("NR");
            assertThat(origin.visits()).isZero();
        }
    }

    @Test
    void a_hello_of_more_than_16_kib_is_refused() throws IOException {
        byte[] start = {0x16, 3, 1, 0x40, 0, 1, 0, (byte) 0xff, (byte) 0xff, 3, 3};
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.gateway(443, "PASSTHROUGH", "*.example.org").endpoint(origin.address());
            try (var client = new RawClient(proxy.gateway(443))) {
                client.socket.getOutputStream().write(Arrays.copyOf(start, 5 + 0x4000));
                client.socket.getOutputStream().write(Arrays.copyOf(start, 5 + 0x4000));
                assertThat(client.readToEndOrReset()).isEmpty();
            } catch (IOException refused) {
                // closed while it wrote
            }

            assertThat(proxy.entry().responseFlags()).isEqualTo("DPE");
            assertThat(origin.visits()).isZero();
        }
    }

    @Test
    void a_gateways_plaintext_tcp_port_connects_at_once() throws IOException {
        try (var origin = TcpOrigin.greeting();
                var proxy = new RelayUnderTest()) {
            proxy.rules.gateway(7000, "", "*").endpoint(origin.address());

            try (var client = new RawClient(proxy.gateway(7000))) {
                assertThat(client.readUntil("\r\n")).isEqualTo("220 hello\r\n");
            }
        }
    }

    @Test
    void a_sidecars_tls_port_goes_by_server_name_where_a_rule_says_so() throws IOException {
        byte[] hello = hello("a.example.org");
        try (var origin = TcpOrigin.echoing();
                var proxy = new RelayUnderTest()) {
            proxy.rules.protocol("TLS").serverName("a.example.org").endpoint(origin.address());
            InetSocketAddress address = proxy.towardsDb();
            try (var client = new RawClient(address)) {
                client.socket.getOutputStream().write(hello);
                assertThat(client.socket.getInputStream().readNBytes(hello.length))
                        .isEqualTo(hello);
            }
            try (var client = new RawClient(address)) {
                client.socket.getOutputStream().write(hello("b.example.org"));
                assertThat(client.readToEndOrReset()).isEmpty();
            }
        }
    }

    @Test
    void the_meshs_own_tls_carries_connections_and_both_ends_tell_who_the_other_is() throws IOException {
        try (var origin = TcpOrigin.greeting();
                var callee = new RelayUnderTest().as(AUTHORITY.member("db"));
                var caller = new RelayUnderTest().as(AUTHORITY.member("caller"))) {
            InetSocketAddress inbound = callee.inbound(origin.address());
            callee.rules.serves(origin.address()).mutualTls(MutualTls.STRICT);
            caller.rules.meshEndpoint(inbound);

            try (var client = new RawClient(caller.towardsDb())) {
                assertThat(client.readUntil("\r\n")).isEqualTo("220 hello\r\n");
                client.write("SELECT 1");
                client.socket.shutdownOutput();
                assertThat(client.readToEnd()).as("what came after our end").isEqualTo("SELECT 1");
            }

            assertThat(caller.entry().edge().way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
            var arrived = callee.entry().edge();
            assertThat(arrived.way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
            assertThat(arrived.way().requestProtocol()).isEqualTo("tcp");
            assertThat(arrived.source().principal()).isEqualTo("spiffe://cluster.local/ns/default/sa/caller");
            assertThat(callee.entry().responseFlags()).isEqualTo("-");
            assertThat(callee.entry().responseBytes()).isEqualTo(19);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DISABLE", "PERMISSIVE"})
    void a_server_that_speaks_first_is_reached_inbound_in_plaintext(String mode) throws IOException {
        try (var origin = TcpOrigin.greeting();
                var callee = new RelayUnderTest().as(AUTHORITY.member("db"))) {
            callee.rules.serves(origin.address()).mutualTls(MutualTls.valueOf(mode));

            long start = System.nanoTime();
            try (var client = new RawClient(callee.inbound(origin.address()))) {
                assertThat(client.readUntil("\r\n")).isEqualTo("220 hello\r\n");
            }

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(callee.entry().edge().way().connectionSecurityPolicy()).isEqualTo("none");
        }
    }

    @Test
    void plaintext_to_a_strict_tcp_port_is_refused() throws IOException {
        try (var origin = TcpOrigin.echoing();
                var callee = new RelayUnderTest().as(AUTHORITY.member("db"))) {
            callee.rules.serves(origin.address()).mutualTls(MutualTls.STRICT);

            try (var client = new RawClient(callee.inbound(origin.address()))) {
                client.write("SELECT 1");
                assertThat(client.readToEndOrReset()).isEmpty();
            }

            assertThat(callee.entry().responseFlags()).isEqualTo("NR");
            assertThat(origin.visits()).isZero();
        }
    }

    /// What a client with the JDK's TLS sends first.
    private static byte[] hello(String serverName) throws IOException {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            var parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
            engine.setSSLParameters(parameters);
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            return Arrays.copyOf(out.array(), out.position());
        } catch (NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    private static byte[] inRecordsOf(int most, byte[] record) {
        var cut = new ByteArrayOutputStream();
        for (int at = 5; at < record.length; at += most) {
            int length = Math.min(most, record.length - at);
            cut.write(record, 0, 3);
            cut.write(length >> 8);
            cut.write(length);
            cut.write(record, at, length);
        }
        return cut.toByteArray();
    }
}
