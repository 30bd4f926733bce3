package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.HashCookie;
import dev.meltemi.schemas.compiled.HashKey;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
}
