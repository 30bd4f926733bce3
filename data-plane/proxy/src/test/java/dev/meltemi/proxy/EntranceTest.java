package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.routing.Entrance;
import dev.meltemi.schemas.compiled.EscapedSlashes;
import dev.meltemi.schemas.compiled.PathNormalization;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of a request from outside before any rule sees it.
class EntranceTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();
    private final RecordingOrigin origin = RecordingOrigin.answering(RecordingOrigin.OK);
    private final InetSocketAddress gateway = (InetSocketAddress) Objects.requireNonNull(proxy.server
                    .bindGateway(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 9080)
                    .block(Duration.ofSeconds(10)))
            .address();

    @BeforeEach
    void route() {
        proxy.rules.endpoint(origin.address());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        origin.close();
    }

    private String ask(String headers) throws IOException {
        assertThat(RawClient.ask(gateway, "GET / HTTP/1.1\r\nHost: reviews:9080\r\n" + headers + "\r\n"))
                .startsWith("HTTP/1.1 200");
        return origin.received();
    }

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    @Test
    void the_mesh_s_own_words_end_at_a_gateway() throws IOException {
        String arrived = ask("X-Envoy-Retry-On: 5xx\r\nx-envoy-upstream-rq-timeout-ms: 1\r\nX-ENVOY-ANYTHING: a\r\n"
                + "x-envoy-external-address: 6.6.6.6\r\nX-Meltemi-Order: b\r\nx-forwarded-client-cert: c\r\n"
                + "x-envoys: d\r\n");

        assertThat(arrived.toLowerCase(Locale.ROOT))
                .doesNotContain("retry-on", "rq-timeout", "anything", "6.6.6.6", "x-meltemi", "client-cert")
                .contains("x-envoy-external-address: 127.0.0.1\r\n", "x-envoys: d\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // trusted | came                   | external         | proto
                "0 |                              | 127.0.0.1        | http",
                "0 | 1.1.1.1                      | 127.0.0.1        | http",
                "1 | 1.1.1.1                      | 1.1.1.1          | https",
                "1 | 6.6.6.6, 1.1.1.1             | 1.1.1.1          | https",
                "2 | 6.6.6.6, 1.1.1.1,2.2.2.2     | 1.1.1.1          | https",
                "2 | 1.1.1.1                      | 127.0.0.1        | https",
                "1 | 1.1.1.1, evil                | 127.0.0.1        | https",
                "1 | 2001:db8::1                  | 2001:db8::1      | https",
            })
    void of_what_came_as_many_entries_are_believed_as_proxies_in_front_are_trusted(
            int trusted, @Nullable String came, String external, String proto) throws IOException {
        proxy.rules.entrance(settings -> settings.setTrustedProxies(trusted));

        String arrived =
                ask((came == null ? "" : "x-forwarded-for: " + came + "\r\n") + "x-forwarded-proto: https\r\n");

        assertThat(arrived)
                .contains("x-forwarded-for: " + (came == null ? "" : came + ",") + "127.0.0.1\r\n")
                .contains("x-envoy-external-address: " + external + "\r\n")
                .contains("x-forwarded-proto: " + proto + "\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "KEEP_UNCHANGED        | NONE          | /a%2Fb%5cc?d=%2F | GET /a%2Fb%5cc?d=%2F",
                "UNESCAPE_AND_FORWARD  | NONE          | /a%2fb%5cc?d=%2F | GET /a/b\\c?d=%2F",
                "UNESCAPE_AND_FORWARD  | BASE          | /a%2F..%2fb%5cc  | GET /b/c",
                "UNESCAPE_AND_FORWARD  | BASE          | /a%252Fb%2      | 400",
                "UNESCAPE_AND_FORWARD  | BASE          | /a%252Fb        | GET /a%252Fb",
                "UNESCAPE_AND_FORWARD  | MERGE_SLASHES | /a%2F%2fb       | GET /a/b",
                "REJECT_REQUEST        | BASE          | /a%5Cb          | 400",
                "REJECT_REQUEST        | BASE          | /a/b?c=%2F      | GET /a/b?c=%2F",
                "UNESCAPE_AND_REDIRECT | BASE          | /a%2f../b?c=%2F | location: /b?c=%2F",
                "UNESCAPE_AND_REDIRECT | BASE          | /%2Fevil.com/   | location: http://reviews:9080//evil.com/",
                "UNESCAPE_AND_REDIRECT | BASE          | /a/b            | GET /a/b",
            })
    void escaped_slashes_are_kept_or_slashes_or_refused(
            EscapedSlashes escaped, PathNormalization ways, String path, String expected) throws IOException {
        proxy.rules.entrance(settings -> settings.setEscapedSlashes(escaped).setPathNormalization(ways));

        String answer = RawClient.ask(gateway, "GET " + path + " HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

        if (expected.startsWith("GET")) {
            assertThat(origin.received()).startsWith(expected + " HTTP/1.1\r\n");
        } else {
            assertThat(answer).contains(expected);
            assertThat(origin.visits()).isEmpty();
        }
    }

    @Test
    void a_path_that_is_refused_or_sent_elsewhere_is_told_as_envoy_does() throws Exception {
        proxy.rules.entrance(settings -> settings.setEscapedSlashes(EscapedSlashes.UNESCAPE_AND_REDIRECT));

        String browser = RawClient.ask(gateway, "GET /a%2Fb HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
        String details = proxy.entry().responseCodeDetails();
        String grpc = RawClient.ask(
                gateway, "POST /a%2Fb HTTP/1.1\r\nHost: reviews:9080\r\ncontent-type: application/grpc\r\n\r\n");

        assertThat(browser).startsWith("HTTP/1.1 307");
        assertThat(details).isEqualTo("path_normalization_failed");
        assertThat(grpc).contains("grpc-status");
    }

    @ParameterizedTest
    @CsvSource({
        // way,              without a certificate, with one
        "SANITIZE,            ,                     ",
        "SANITIZE_SET,        ,                     proven",
        "FORWARD_ONLY,        ,                     came",
        "APPEND_FORWARD,      ,                     'came,proven'",
        "ALWAYS_FORWARD_ONLY, came,                 came"
    })
    void what_came_of_a_client_s_certificate_is_believed_as_the_mesh_config_says(
            Entrance.ForwardedCertificate way, @Nullable String without, @Nullable String with) {
        assertThat(forwarded(way, null)).isEqualTo(without);
        assertThat(forwarded(way, "proven")).isEqualTo(with);
    }

    private static @Nullable String forwarded(Entrance.ForwardedCertificate way, @Nullable String proven) {
        HttpHeaders headers = new DefaultHttpHeaders().add(ForgedHeaders.CLIENT_CERTIFICATE, "came");
        OutsideHeaders.certificate(headers, way, proven);
        return headers.get(ForgedHeaders.CLIENT_CERTIFICATE);
    }

    @Test
    void slashes_are_one_before_a_rule_looks_when_the_mesh_config_says_so() throws IOException {
        proxy.rules.entrance(settings -> settings.setPathNormalization(PathNormalization.DECODE_AND_MERGE_SLASHES));

        RawClient.ask(gateway, "GET //a%2F..%2Fb?c=//%2F HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

        assertThat(origin.received()).startsWith("GET /b?c=//%2F HTTP/1.1\r\n");
    }

    @Test
    void a_path_goes_on_as_it_is_when_the_mesh_config_says_so() throws IOException {
        proxy.rules.entrance(settings -> settings.setPathNormalization(PathNormalization.NONE));

        RawClient.ask(gateway, "GET /a/../%2e//b\\c HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

        assertThat(origin.received()).startsWith("GET /a/../%2e//b\\c HTTP/1.1\r\n");
    }
}
