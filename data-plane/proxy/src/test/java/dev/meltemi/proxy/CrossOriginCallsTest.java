package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.CorsPolicy;
import dev.meltemi.schemas.compiled.Fault;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.StringMatch;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Browsers' preflights, and answers to pages of other sites.
class CrossOriginCallsTest {
    private static final String PREFLIGHT = """
        OPTIONS /a HTTP/1.1\r
        Host: reviews:9080\r
        Origin: https://%s.example\r
        Access-Control-Request-Method: PUT\r
        \r
        """;
    private static final String GET = "GET /a HTTP/1.1\r\nHost: reviews:9080\r\nOrigin: https://%s.example\r\n\r\n";

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static HttpRoute.Builder policy(HttpRoute.Builder route) {
        return route.setCors(CorsPolicy.newBuilder()
                .setAllowOrigins(List.of(new StringMatch(StringMatchKind.EXACT, "https://good.example")))
                .setAllowMethods(List.of("PUT", "GET"))
                .setExposeHeaders(List.of("x-out"))
                .setMaxAgeUs(60_000_000L)
                .build());
    }

    @Test
    void a_preflight_ends_at_the_proxy_even_where_nobody_would_answer() throws IOException {
        proxy.rules.route(CrossOriginCallsTest::policy);

        try (var client = new RawClient(proxy.outbound())) {
            client.write(PREFLIGHT.formatted("good"));
            String answer = client.answer();
            client.write(PREFLIGHT.formatted("good"));

            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains(
                            "\r\naccess-control-allow-origin: https://good.example\r\n",
                            "\r\naccess-control-allow-methods: PUT,GET\r\n",
                            "\r\naccess-control-max-age: 60\r\n",
                            "\r\ncontent-length: 0\r\n")
                    .doesNotContain("credentials");
            assertThat(client.answer()).as("on the same connection").startsWith("HTTP/1.1 200");
        }
        assertThat(proxy.entry().responseCodeDetails()).isEqualTo("cors_response");
        assertThat(proxy.entry().attempts()).isZero();
    }

    @Test
    void an_answer_says_who_may_read_it_and_the_application_s_own_word_gives_way() throws IOException {
        try (var origin = RecordingOrigin.answering(
                "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 2\r\n\r\nok")) {
            proxy.rules.endpoint(origin.address()).route(CrossOriginCallsTest::policy);

            String good = RawClient.ask(proxy.outbound(), GET.formatted("good"));
            String evil = RawClient.ask(proxy.outbound(), GET.formatted("evil"));

            assertThat(good)
                    .contains(
                            "\r\naccess-control-allow-origin: https://good.example\r\n",
                            "\r\naccess-control-expose-headers: x-out\r\n")
                    .doesNotContain("allow-origin: *");
            assertThat(evil).contains("\r\naccess-control-allow-origin: *\r\n").doesNotContain("expose-headers");
        }
    }

    @Test
    void a_preflight_of_a_stranger_is_the_application_s_to_judge() throws IOException {
        try (var origin = RecordingOrigin.answering("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")) {
            proxy.rules.endpoint(origin.address()).route(CrossOriginCallsTest::policy);

            String answer = RawClient.ask(proxy.outbound(), PREFLIGHT.formatted("evil"));

            assertThat(answer).startsWith("HTTP/1.1 403").doesNotContain("access-control");
            assertThat(origin.received()).startsWith("OPTIONS /a HTTP/1.1\r\n");
        }
    }

    @Test
    void the_proxy_s_own_failure_can_be_read_by_the_page_and_an_ordered_one_comes_before() throws IOException {
        proxy.rules.route(CrossOriginCallsTest::policy);

        String failed = RawClient.ask(proxy.outbound(), GET.formatted("good"));
        proxy.rules.route(route -> route.setFault(
                Fault.newBuilder().setAbortPercent(100).setAbortHttpStatus(418).build()));
        String aborted = RawClient.ask(proxy.outbound(), PREFLIGHT.formatted("good"));

        assertThat(failed)
                .startsWith("HTTP/1.1 503")
                .contains("\r\naccess-control-allow-origin: https://good.example\r\n");
        assertThat(aborted).startsWith("HTTP/1.1 418").doesNotContain("access-control");
    }
}
