package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.AccessEntry;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a caller hears that speaks gRPC when the proxy answers for somebody.
class GrpcCallersTest {
    private static final String[] GRPC = {"content-type", "application/grpc", "te", "trailers"};

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static FrameClient.Answer call(FrameClient client, String... more) throws IOException {
        var fields = new String[GRPC.length + more.length];
        System.arraycopy(GRPC, 0, fields, 0, GRPC.length);
        System.arraycopy(more, 0, fields, GRPC.length, more.length);
        return client.post(1, fields).data(1, true, "\0\0\0\0\0").answer(1);
    }

    @Test
    void a_failure_is_a_grpc_status_in_a_head_that_is_all() throws IOException {
        try (var client = new FrameClient(proxy.outbound())) {

            FrameClient.Answer answer = call(client);

            assertThat(answer.status).isEqualTo("200");
            assertThat(answer.fields)
                    .containsEntry("content-type", "application/grpc")
                    .containsEntry("grpc-status", "14")
                    .containsEntry("grpc-message", "no healthy upstream");
            assertThat(answer.frames).first().matches(frame -> frame.has(FrameClient.END_STREAM));
            assertThat(proxy.entry().responseFlags()).isEqualTo("UH");
        }
    }

    @Test
    void a_callers_own_deadline_ends_its_call() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = call(client, "grpc-timeout", "50m");

            assertThat(answer.fields).containsEntry("grpc-status", "4");
            AccessEntry entry = proxy.entry();
            assertThat(entry.responseFlags()).isEqualTo("UT");
            assertThat(entry.durationMicros()).isGreaterThan(TimeUnit.MILLISECONDS.toMicros(49));
        }
    }

    @Test
    void a_route_that_waits_shorter_tells_the_endpoint() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address()).route(route -> route.setTimeoutUs(2_000_000L));

            call(client, "grpc-timeout", "5S");

            assertThat(origin.received()).contains("\r\ngrpc-timeout: 2000m\r\n");
        }
    }

    @Test
    void a_deadline_means_nothing_without_grpc() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer =
                    client.post(1, "grpc-timeout", "1n").data(1, true, "").answer(1);

            assertThat(answer.status).isEqualTo("200");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1H,3600000000000",
        "2M,120000000000",
        "3S,3000000000",
        "4m,4000000",
        "5u,5000",
        "6n,6",
        "99999999H,31536000000000000",
        "0S,0",
        "S,0",
        "123456789S,0",
        "1s,0",
        "-1S,0",
        "1.5S,0",
        "'',0"
    })
    void a_timeout_is_up_to_eight_digits_and_a_unit(String text, long nanos) {
        assertThat(GrpcTimeout.nanos(text)).isEqualTo(nanos);
    }
}
