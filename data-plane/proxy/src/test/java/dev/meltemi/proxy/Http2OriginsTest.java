package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.RetryPolicy;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import dev.meltemi.spiffe.Credential;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Applications that speak HTTP/2, and callers that speak either.
class Http2OriginsTest {
    private static final String GET = "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n";
    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @BeforeEach
    void declare() {
        proxy.rules.protocol("GRPC");
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void an_http_1_1_caller_is_answered_by_an_endpoint_that_speaks_http_2() throws IOException {
        try (var origin = new Http2Origin(call -> call.ok("hello " + call.body))) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(
                    proxy.outbound(),
                    "POST /a?b=c HTTP/1.1\r\nhost: reviews:9080\r\ncontent-length: 3\r\nX-Mixed: 1\r\n\r\nyou");

            assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\n9\r\nhello you\r\n0\r\n\r\n");
            var head = origin.calls.getFirst().head;
            assertThat(head.method()).hasToString("POST");
            assertThat(head.scheme()).hasToString("http");
            assertThat(head.authority()).hasToString("reviews:9080");
            assertThat(head.path()).hasToString("/a?b=c");
            assertThat(head.get("content-length")).hasToString("3");
            assertThat(head.get("x-mixed")).hasToString("1");
            assertThat(head.contains("host")).isFalse();
        }
    }

    @Test
    void many_requests_share_one_connection() throws IOException {
        var held = new ConcurrentLinkedQueue<Http2Origin.Call>();
        try (var origin = new Http2Origin(call -> {
                    held.add(call);
                    if (held.size() == 20) {
                        held.forEach(each -> each.ok(each.path()));
                    }
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            for (int i = 0; i < 20; i++) {
                client.get(2 * i + 1, "/" + i);
            }
            client.flush();

            for (int i = 0; i < 20; i++) {
                assertThat(client.answer(2 * i + 1).body()).isEqualTo("/" + i);
            }

            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void another_connection_is_opened_where_streams_run_out() throws IOException {
        var held = new ConcurrentLinkedQueue<Http2Origin.Call>();
        try (var origin = new Http2Origin(new Http2Settings().maxConcurrentStreams(2), call -> {
                    held.add(call);
                    if (held.size() == 6) {
                        held.forEach(each -> each.ok(each.path()));
                    }
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            for (int i = 0; i < 6; i++) {
                client.get(2 * i + 1, "/" + i);
            }
            client.flush();

            for (int i = 0; i < 6; i++) {
                assertThat(client.answer(2 * i + 1).status).isEqualTo("200");
            }

            assertThat(origin.connections).hasValueBetween(3, 6);
        }
    }

    @Test
    void a_cluster_s_limit_of_streams_and_of_requests_counts_for_a_connection() throws IOException {
        try (var origin = new Http2Origin(call -> call.ok("ok"))) {
            proxy.rules
                    .endpoint(origin.address())
                    .policy(TrafficPolicy.newBuilder()
                            .setConnectionPool(ConnectionPool.newBuilder()
                                    .setMaxRequestsPerConnection(2)
                                    .setMaxConcurrentStreams(1)
                                    .build()));

            for (int i = 0; i < 6; i++) {
                assertThat(RawClient.ask(proxy.outbound(), GET)).contains("200 OK");
            }

            assertThat(origin.connections).hasValueBetween(3, 6);
        }
    }

    @Test
    void trailers_and_trailers_only_answers_arrive_intact() throws IOException {
        try (var origin = new Http2Origin(call -> {
                    if (call.path().equals("/only")) {
                        call.head(true, ":status", "200", "content-type", "application/grpc", "grpc-status", "5");
                    } else {
                        call.head(false, ":status", "200", "content-type", "application/grpc")
                                .data("message", false)
                                .head(true, "grpc-status", "0", "grpc-message", "fine");
                    }
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/only").get(3, "/all").flush();

            FrameClient.Answer only = client.answer(1);
            FrameClient.Answer all = client.answer(3);

            assertThat(only.frames).extracting(FrameClient.Frame::type).containsExactly(FrameClient.HEADERS);
            assertThat(only.fields).containsEntry("grpc-status", "5");
            assertThat(all.body()).isEqualTo("message");
            assertThat(all.trailers).containsEntry("grpc-status", "0").containsEntry("grpc-message", "fine");
        }
    }

    @Test
    void what_a_goaway_says_was_never_seen_goes_out_again_on_another_connection() throws IOException {
        var held = new ConcurrentLinkedQueue<Http2Origin.Call>();
        try (var origin = new Http2Origin(call -> {
                    held.add(call);
                    if (held.size() == 4) {
                        call.goAway(2);
                    }
                    if (held.size() == 6) {
                        held.forEach(each -> each.ok("ok"));
                    }
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            for (int i = 0; i < 4; i++) {
                client.get(2 * i + 1, "/" + i);
            }
            client.flush();

            for (int i = 0; i < 4; i++) {
                assertThat(client.answer(2 * i + 1).status).isEqualTo("200");
            }

            assertThat(origin.connections).hasValue(2);
            assertThat(proxy.log).extracting(AccessEntry::responseFlags).containsOnly("-");
        }
    }

    @Test
    void connections_that_go_away_in_the_middle_of_load_fail_nothing() throws IOException {
        var asked = new AtomicInteger();
        try (var origin = new Http2Origin(call -> {
                    if (asked.incrementAndGet() % 25 == 0) {
                        call.goAway(0);
                    }
                    call.ok("ok");
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 20; i++) {
                    client.get(2 * (20 * round + i) + 1, "/");
                }
                client.flush();
                for (int i = 0; i < 20; i++) {
                    assertThat(client.answer(2 * (20 * round + i) + 1).status).isEqualTo("200");
                }
            }

            assertThat(origin.connections).hasValueGreaterThan(4);
            assertThat(proxy.log).extracting(AccessEntry::responseFlags).containsOnly("-");
        }
    }

    @Test
    void a_member_that_knows_http_1_1_only_is_spoken_to_like_that() throws Exception {
        var authority = new MeshAuthority();
        Credential own = authority.member("reviews").credential();
        SslContext older = SslContextBuilder.forServer(own.key(), own.chain())
                .sslProvider(SslProvider.JDK)
                .clientAuth(ClientAuth.OPTIONAL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "istio"))
                .build();
        try (var origin = new OlderMember(older)) {
            proxy.as(authority.member("productpage")).rules.meshEndpoint("reviews", origin.address());

            try (var client = new RawClient(proxy.outbound())) {
                for (int i = 0; i < 3; i++) {
                    client.write(GET);
                    assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("older");
                }
            }

            // the first found out, and the second serves
            assertThat(origin.connections).hasValue(2);
        }
    }

    @Test
    void a_refused_stream_is_tried_again_and_a_reset_one_is_told() throws IOException {
        try (var origin = new Http2Origin(call -> {
            if (call.path().equals("/reset")) {
                call.reset(Http2Error.INTERNAL_ERROR);
            } else if (String.valueOf(call.head.get("x-envoy-attempt-count")).equals("1")) {
                call.reset(Http2Error.REFUSED_STREAM);
            } else {
                call.ok("second");
            }
        })) {
            proxy.rules
                    .endpoint(origin.address())
                    .route(route -> route.setRetries(RetryPolicy.newBuilder()
                            .setAttempts(1)
                            .setRetryOn(List.of("refused-stream"))
                            .build()));

            String again = RawClient.ask(proxy.outbound(), GET);
            String reset = RawClient.ask(proxy.outbound(), GET.replace("GET /", "GET /reset"));

            assertThat(again).startsWith("HTTP/1.1 200").contains("second");
            assertThat(reset).startsWith("HTTP/1.1 503");
            assertThat(proxy.log.getLast().responseFlags()).isEqualTo("UR");
            assertThat(proxy.log.getLast().responseCodeDetails())
                    .isEqualTo("upstream_reset_before_response_started{remote_reset|INTERNAL_ERROR}");
        }
    }

    @Test
    void a_caller_that_goes_cancels_its_stream_only() throws IOException {
        var held = new ConcurrentLinkedQueue<Http2Origin.Call>();
        try (var origin = new Http2Origin(held::add);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/stays").get(3, "/goes").flush();
            Awaitility.await().until(() -> held.size() == 2);

            client.reset(3, 8).flush();

            Awaitility.await().until(() -> origin.resets.contains(Http2Error.CANCEL.code()));
            held.stream().filter(call -> call.path().equals("/stays")).forEach(call -> call.ok("still here"));
            assertThat(client.answer(1).body()).isEqualTo("still here");
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void an_answer_that_breaks_the_rules_is_none() throws IOException {
        try (var origin = new Http2Origin(call -> {
            switch (call.path()) {
                case "/status" -> call.head(true, ":status", "99");
                case "/upgrade" -> call.head(true, ":status", "101");
                case "/long" ->
                    call.head(false, ":status", "200", "content-length", "2").data("abc", true);
                case "/connection" -> call.head(true, ":status", "200", "connection", "close");
                default -> call.head(true, ":status", "200", "content-length", "5");
            }
        })) {
            proxy.rules.endpoint(origin.address());

            for (String path : List.of("status", "upgrade", "connection", "short")) {
                assertThat(RawClient.ask(proxy.outbound(), GET.replace("GET /", "GET /" + path)))
                        .startsWith("HTTP/1.1 502");
                assertThat(proxy.log.getLast().responseFlags()).isEqualTo("UPE");
            }
            try (var client = new RawClient(proxy.outbound())) {
                client.write(GET.replace("GET /", "GET /long"));
                assertThat(client.readToEndOrReset()).doesNotContain("abc");
            }
        }
    }

    @Test
    void a_ping_that_nobody_answers_ends_the_connection() throws IOException {
        try (var silent = new RecordingOrigin(visit -> {
            visit.write("\0\0\0\4\0\0\0\0\0");
            visit.readToEnd();
        })) {
            proxy.rules
                    .endpoint(silent.address())
                    .policy(TrafficPolicy.newBuilder()
                            .setConnectionPool(ConnectionPool.newBuilder()
                                    .setHttp2KeepaliveIntervalUs(100_000L)
                                    .setHttp2KeepaliveTimeoutUs(100_000L)
                                    .build()));

            String answer = RawClient.ask(proxy.outbound(), GET);

            assertThat(answer).startsWith("HTTP/1.1 503");
            assertThat(proxy.entry().responseCodeDetails()).contains("http2_ping_timeout");
        }
    }

    @Test
    void a_slow_caller_holds_up_nobody_else() throws IOException {
        String much = "x".repeat(4 << 20);
        byte[] smallWindows = FrameClient.setting(4, 1000);
        try (var origin = new Http2Origin(call -> call.ok(call.path().equals("/much") ? much : "quick"));
                var client = new FrameClient(proxy.outbound(), FrameClient.PREFACE, smallWindows)) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/much").flush();

            for (int i = 0; i < 50; i++) {
                assertThat(client.get(2 * i + 3, "/").answer(2 * i + 3).body()).isEqualTo("quick");
            }

            client.frame(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(8 << 20))
                    .frame(FrameClient.WINDOW_UPDATE, 0, 1, FrameClient.number(8 << 20))
                    .flush();
            assertThat(client.answer(1).body()).hasSize(much.length());
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void an_upgrade_by_rule_reaches_a_port_that_is_declared_as_http() throws IOException {
        try (var origin = new Http2Origin(call -> call.ok("upgraded"))) {
            proxy.rules
                    .protocol("HTTP")
                    .endpoint(origin.address())
                    .policy(TrafficPolicy.newBuilder()
                            .setConnectionPool(ConnectionPool.newBuilder()
                                    .setH2Upgrade("UPGRADE")
                                    .build()));

            assertThat(RawClient.ask(proxy.outbound(), GET)).contains("upgraded");
        }
    }
}
