package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.HashCookie;
import dev.meltemi.schemas.compiled.HashKey;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.OutlierDetection;
import dev.meltemi.schemas.compiled.RetryBudget;
import dev.meltemi.schemas.compiled.RetryPolicy;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What DestinationRules say, on sockets.
class PoliciesInForceTest {
    private static final Pattern COOKIE =
            Pattern.compile("set-cookie: (user=[0-9a-f]{16}); Max-Age=60; Path=/; HttpOnly");

    private final ProxyUnderTest proxy = new ProxyUnderTest();
    private final List<RecordingOrigin> origins = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        for (RecordingOrigin origin : origins) {
            origin.close();
        }
    }

    /// Origins that answer with their number.
    private void origins(int count) {
        for (int i = 0; i < count; i++) {
            var origin =
                    RecordingOrigin.answering("HTTP/1.1 200 OK\r\nX-Origin: " + i + "\r\nContent-Length: 0\r\n\r\n");
            origins.add(origin);
            proxy.rules.endpoint(origin.address());
        }
    }

    private String ask(String headers) throws IOException {
        return RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nHost: reviews:9080\r\n" + headers + "\r\n");
    }

    private static String origin(String answer) {
        Matcher found =
                Pattern.compile("x-origin: (\\d)", Pattern.CASE_INSENSITIVE).matcher(answer);
        assertThat(found.find()).as(answer).isTrue();
        return found.group(1);
    }

    private Set<String> reached(String headers) throws IOException {
        var reached = new TreeSet<String>();
        for (int i = 0; i < 8; i++) {
            reached.add(origin(ask(headers)));
        }
        return reached;
    }

    @Test
    void the_same_header_reaches_the_same_endpoint() throws IOException {
        origins(3);
        proxy.rules.policy(TrafficPolicy.newBuilder()
                .setLoadBalancer(LoadBalancer.MAGLEV)
                .setHash(HashKey.newBuilder().setHeader("x-user").build()));

        var all = new TreeSet<String>();
        for (String user : List.of("a", "b", "c", "d", "e", "f")) {
            Set<String> reached = reached("X-User: " + user + "\r\n");
            assertThat(reached).as(user).hasSize(1);
            all.addAll(reached);
        }

        assertThat(all).hasSizeGreaterThan(1);
    }

    @Test
    void a_caller_without_cookie_gets_one_that_leads_back() throws IOException {
        origins(3);
        proxy.rules.policy(TrafficPolicy.newBuilder()
                .setLoadBalancer(LoadBalancer.RING_HASH)
                .setHash(HashKey.newBuilder()
                        .setCookie(new HashCookie("user", "/", 60_000_000L, Map.of()))
                        .build()));

        String first = ask("");

        Matcher cookie = COOKIE.matcher(first);
        assertThat(cookie.find()).as(first).isTrue();
        assertThat(reached("Cookie: " + cookie.group(1) + "\r\n")).containsExactly(origin(first));
        assertThat(ask("Cookie: " + cookie.group(1) + "\r\n")).doesNotContain("set-cookie");
    }

    /// An origin that answers when it is told to.
    private CountDownLatch holding() {
        var released = new CountDownLatch(1);
        var origin = new RecordingOrigin(visit -> {
            while (visit.readRequest()) {
                try {
                    released.await();
                } catch (InterruptedException stopped) {
                    return;
                }
                visit.write(RecordingOrigin.OK);
            }
        });
        origins.add(origin);
        proxy.rules.endpoint(origin.address());
        return released;
    }

    private List<RawClient> asking(int count) throws IOException {
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < count; i++) {
            var client = new RawClient(proxy.outbound());
            client.write("GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n\r\n");
            clients.add(client);
        }
        return clients;
    }

    private static TrafficPolicy.Builder pool(ConnectionPool.Builder pool) {
        return TrafficPolicy.newBuilder().setConnectionPool(pool.build());
    }

    @Test
    void more_requests_than_the_limit_are_refused_at_once() throws IOException {
        CountDownLatch released = holding();
        proxy.rules.policy(pool(ConnectionPool.newBuilder().setHttp2MaxRequests(2)));

        List<RawClient> clients = asking(5);
        Awaitility.await().until(() -> proxy.log.size() == 3);

        assertThat(proxy.log).allSatisfy(entry -> {
            assertThat(entry.responseCode()).isEqualTo(503);
            assertThat(entry.responseFlags()).isEqualTo("UO");
        });
        released.countDown();
        assertThat(answers(clients)).containsEntry("200", 2L).containsEntry("503", 3L);
        assertThat(ask("")).as("the room is given back").startsWith("HTTP/1.1 200");
    }

    @Test
    void requests_wait_in_line_for_one_connection_and_the_line_is_bounded() throws IOException {
        CountDownLatch released = holding();
        proxy.rules.policy(pool(ConnectionPool.newBuilder().setMaxConnections(1).setHttp1MaxPendingRequests(3)));
        int loops = Math.max(Runtime.getRuntime().availableProcessors(), 4);

        List<RawClient> clients = asking(loops + 8);
        // each event loop has one connection at most, three requests wait, all others are refused
        Awaitility.await().until(() -> proxy.log.size() >= 5);
        assertThat(proxy.log).extracting(AccessEntry::responseFlags).containsOnly("UO");
        released.countDown();
        Map<String, Long> answers = answers(clients);

        assertThat(answers.get("200")).isBetween(4L, loops + 3L);
        assertThat(answers).containsOnlyKeys("200", "503");
        assertThat(origins.getFirst().visits()).hasSizeLessThanOrEqualTo(loops);
    }

    private static Map<String, Long> answers(List<RawClient> clients) throws IOException {
        var statuses = new ArrayList<String>();
        for (RawClient client : clients) {
            statuses.add(client.answer().substring(9, 12));
            client.close();
        }
        return statuses.stream().collect(Collectors.groupingBy(status -> status, Collectors.counting()));
    }

    @Test
    void a_connection_serves_as_many_requests_as_it_may() throws IOException {
        origins(1);
        proxy.rules.policy(pool(ConnectionPool.newBuilder().setMaxRequestsPerConnection(2)));

        try (var client = new RawClient(proxy.outbound())) {
            for (int i = 0; i < 4; i++) {
                client.write("GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
                assertThat(client.answer()).startsWith("HTTP/1.1 200");
            }
        }

        assertThat(origins.getFirst().visits()).hasSize(2);
    }

    @Test
    void an_idle_connection_is_closed_when_the_rule_says() throws IOException {
        origins(1);
        proxy.rules.policy(pool(ConnectionPool.newBuilder().setHttpIdleTimeoutUs(20_000L)));

        ask("");

        Awaitility.await().until(() -> origins.getFirst().visits().getFirst().over);
    }

    @Test
    void retries_beyond_the_limit_give_the_answer_that_came() throws IOException {
        var origin = RecordingOrigin.answering("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
        origins.add(origin);
        proxy.rules
                .endpoint(origin.address())
                .policy(TrafficPolicy.newBuilder().setRetryBudget(new RetryBudget(0.0, 0, null)))
                .route(route -> route.setRetries(RetryPolicy.newBuilder()
                        .setAttempts(3)
                        .setRetryOn(List.of("5xx"))
                        .build()));

        String answer = ask("");

        assertThat(answer).startsWith("HTTP/1.1 503");
        assertThat(proxy.entry().attempts()).isEqualTo(1);
        assertThat(proxy.entry().responseFlags()).isEqualTo("UO");
    }

    @Test
    void an_endpoint_that_answers_errors_in_a_row_is_left_out() throws IOException {
        origins(1);
        var bad = RecordingOrigin.answering("HTTP/1.1 500 No\r\nX-Origin: 9\r\nContent-Length: 0\r\n\r\n");
        origins.add(bad);
        proxy.rules
                .endpoint(bad.address())
                .policy(TrafficPolicy.newBuilder()
                        .setLoadBalancer(LoadBalancer.ROUND_ROBIN)
                        .setOutlierDetection(OutlierDetection.newBuilder()
                                .setConsecutive5xxErrors(2)
                                .setMaxEjectionPercent(50)
                                .build()));

        for (int i = 0; i < 4; i++) {
            ask("");
        }

        assertThat(reached("")).containsExactly("0");
    }

    @Test
    void an_endpoint_that_can_t_be_reached_is_left_out_and_alone_there_is_none() throws IOException {
        var gone = RecordingOrigin.answering(RecordingOrigin.OK);
        gone.close();
        proxy.rules
                .endpoint(gone.address())
                .policy(TrafficPolicy.newBuilder()
                        .setOutlierDetection(OutlierDetection.newBuilder()
                                .setConsecutive5xxErrors(2)
                                .setMaxEjectionPercent(100)
                                .build()))
                .route(route ->
                        route.setRetries(RetryPolicy.newBuilder().setAttempts(0).build()));

        String first = ask("");
        ask("");
        String third = ask("");

        assertThat(first).startsWith("HTTP/1.1 503").doesNotContain("no healthy upstream");
        assertThat(third).contains("no healthy upstream");
    }
}
