package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.RetryPolicy;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A call is tried again by a status that comes in a head which is all there is; what comes behind a head comes too
/// late, because that head is the caller's already (Envoy: `RetryStateImpl::wouldRetryFromHeaders`).
class GrpcRetriesTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private FrameClient.Answer call(String condition) throws IOException {
        proxy.rules
                .protocol("GRPC")
                .route(route -> route.setRetries(RetryPolicy.newBuilder()
                        .setAttempts(2)
                        .setBackoffUs(1_000L)
                        .setRetryOn(List.of(condition))
                        .build()));
        try (var client = new FrameClient(proxy.outbound())) {
            return client.post(1, "content-type", "application/grpc", "te", "trailers")
                    .data(1, true, "\0\0\0\0\0")
                    .answer(1);
        }
    }

    private static void refuse(Http2Origin.Call call, int status) {
        call.head(
                true,
                ":status",
                "200",
                "content-type",
                "application/grpc",
                "grpc-status",
                Integer.toString(status),
                "grpc-message",
                "not now");
    }

    private static void succeed(Http2Origin.Call call, int status) {
        call.head(false, ":status", "200", "content-type", "application/grpc")
                .data("\0\0\0\0\0", false)
                .head(true, "grpc-status", Integer.toString(status));
    }

    @ParameterizedTest
    @CsvSource({"cancelled,1", "deadline-exceeded,4", "resource-exhausted,8", "internal,13", "unavailable,14"})
    void a_status_that_is_all_the_answer_is_tried_again(String condition, int status) throws IOException {
        var origin = new Http2Origin[1];
        origin[0] = new Http2Origin(call -> {
            if (origin[0].calls.size() == 1) {
                refuse(call, status);
            } else {
                succeed(call, 0);
            }
        });
        try (var asked = origin[0]) {
            proxy.rules.endpoint(asked.address());

            FrameClient.Answer answer = call(condition);

            assertThat(answer.trailers).containsEntry("grpc-status", "0");
            assertThat(answer.fields).doesNotContainKey("grpc-status");
            assertThat(asked.calls).hasSize(2);
            assertThat(asked.calls.getLast().body).hasToString("\0\0\0\0\0");
            assertThat(proxy.entry().attempts()).isEqualTo(2);
            assertThat(proxy.entry().grpcStatus()).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cancelled,14",
        "deadline-exceeded,1",
        "resource-exhausted,4",
        "internal,8",
        "unavailable,13",
        "unavailable,0"
    })
    void another_status_than_the_rule_s_is_the_answer(String condition, int status) throws IOException {
        try (var origin = new Http2Origin(call -> refuse(call, status))) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = call(condition);

            assertThat(answer.fields).containsEntry("grpc-status", Integer.toString(status));
            assertThat(origin.calls).hasSize(1);
            assertThat(proxy.entry().attempts()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"cancelled,1", "deadline-exceeded,4", "resource-exhausted,8", "internal,13", "unavailable,14"})
    void a_status_behind_a_head_is_the_answer(String condition, int status) throws IOException {
        try (var origin = new Http2Origin(call -> succeed(call, status))) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = call(condition);

            assertThat(answer.trailers).containsEntry("grpc-status", Integer.toString(status));
            assertThat(origin.calls).hasSize(1);
            assertThat(proxy.entry().attempts()).isEqualTo(1);
            assertThat(proxy.entry().responseFlags()).isEqualTo("-");
        }
    }

    @ParameterizedTest
    @CsvSource("unavailable,14")
    void when_all_tries_are_used_up_the_last_status_is_the_answer(String condition, int status) throws IOException {
        try (var origin = new Http2Origin(call -> refuse(call, status))) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = call(condition);

            assertThat(answer.fields).containsEntry("grpc-status", "14").containsEntry("grpc-message", "not now");
            assertThat(origin.calls).hasSize(3);
            assertThat(proxy.entry().attempts()).isEqualTo(3);
        }
    }
}
