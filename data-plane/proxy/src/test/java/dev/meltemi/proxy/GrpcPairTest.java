package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.schemas.access.AccessEntry;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// grpc-java's client calls its server through two sidecars with mesh mTLS between them: the cases of gRPC's interop
/// suite.
class GrpcPairTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private final EchoCalls service = new EchoCalls();
    private final ProxyUnderTest callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
    private final ProxyUnderTest caller = new ProxyUnderTest().as(AUTHORITY.member("productpage"));
    private final ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                    "127.0.0.1", caller.outbound().getPort(), InsecureChannelCredentials.create())
            .overrideAuthority("reviews:9080")
            .maxInboundMessageSize(64 << 20)
            .disableRetry()
            .build();

    @BeforeEach
    void declare() {
        callee.rules.protocol("GRPC");
        caller.rules.protocol("GRPC").meshEndpoint("reviews", callee.inbound(service.address()));
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        caller.close();
        callee.close();
        service.close();
    }

    private String unary(String asked) {
        return ClientCalls.blockingUnaryCall(channel, EchoCalls.UNARY, patient(), asked);
    }

    private static CallOptions patient() {
        return CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @Test
    void empty_small_and_large_messages_come_back() {
        String large = "x".repeat(4 << 20);

        assertThat(unary("")).isEmpty();
        assertThat(unary("small")).isEqualTo("small");
        assertThat(unary(large)).isEqualTo(large);
    }

    @Test
    void a_call_is_told_as_grpc_with_its_status_by_both_sidecars() {
        unary("x");

        for (AccessEntry told : List.of(caller.entry(), callee.entry())) {
            assertThat(told.protocol()).isEqualTo("HTTP/2");
            assertThat(told.grpcStatus()).isEqualTo("0");
            assertThat(told.edge().way().requestProtocol()).isEqualTo("grpc");
            assertThat(told.edge().way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
        }
    }

    @Test
    void messages_are_counted_in_both_directions_by_both_sidecars() {
        unary("x".repeat(1 << 20));
        ClientCalls.blockingServerStreamingCall(channel, EchoCalls.MANY_DOWN, patient(), "5")
                .forEachRemaining(answer -> {});

        for (var log : List.of(caller.log, callee.log)) {
            Awaitility.await().until(() -> log.size() == 2);
            assertThat(log).extracting(AccessEntry::requestMessages).containsExactly(1L, 1L);
            assertThat(log.getFirst().responseMessages()).isEqualTo(1);
            assertThat(log.getLast().responseMessages()).isGreaterThan(1);
        }
    }

    @Test
    void statuses_and_their_messages_come_back() {
        for (int code = 1; code <= 16; code++) {
            String asked = "fail " + code;
            Status wanted = Status.fromCodeValue(code);

            assertThatThrownBy(() -> unary(asked)).isInstanceOfSatisfying(StatusRuntimeException.class, thrown -> {
                assertThat(thrown.getStatus().getCode()).isEqualTo(wanted.getCode());
                assertThat(thrown.getStatus().getDescription()).isEqualTo("as asked: ü %");
            });
        }
    }

    @Test
    void metadata_comes_back_in_head_and_trailers() {
        var asked = new Metadata();
        asked.put(EchoCalls.ASKED, "this");
        asked.put(EchoCalls.BINARY, new byte[] {0, 1, (byte) 0xff});
        var head = new AtomicReference<Metadata>();
        var trailers = new AtomicReference<Metadata>();
        Channel with = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(asked),
                MetadataUtils.newCaptureMetadataInterceptor(head, trailers));

        ClientCalls.blockingUnaryCall(with, EchoCalls.UNARY, patient(), "x");

        for (Metadata answered : List.of(head.get(), trailers.get())) {
            assertThat(answered.get(EchoCalls.ASKED)).isEqualTo("this");
            assertThat(answered.get(EchoCalls.BINARY)).containsExactly(0, 1, 0xff);
        }
    }

    @Test
    void a_stream_of_requests_gets_one_answer() throws ExecutionException, InterruptedException, TimeoutException {
        var answers = new Answers();
        StreamObserver<String> asking =
                ClientCalls.asyncClientStreamingCall(channel.newCall(EchoCalls.MANY_UP, patient()), answers);

        for (int i = 0; i < 1000; i++) {
            asking.onNext("x".repeat(1000));
        }
        asking.onCompleted();

        answers.ended.get(20, TimeUnit.SECONDS);
        assertThat(answers.all).containsExactly("1000000");
    }

    @Test
    void one_request_gets_a_stream_of_answers() {
        Iterator<String> answers =
                ClientCalls.blockingServerStreamingCall(channel, EchoCalls.MANY_DOWN, patient(), "5000");

        var all = new ArrayList<String>();
        answers.forEachRemaining(all::add);

        assertThat(all).hasSize(5000).startsWith("answer 0").endsWith("answer 4999");
    }

    @Test
    void both_sides_stream_in_turns() throws InterruptedException, ExecutionException, TimeoutException {
        var answers = new Answers();
        StreamObserver<String> asking =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(EchoCalls.BOTH, patient()), answers);

        for (int i = 0; i < 50; i++) {
            asking.onNext("turn " + i);
            assertThat(answers.all.poll(10, TimeUnit.SECONDS)).isEqualTo("turn " + i);
        }
        asking.onCompleted();

        answers.ended.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_cancelled_call_is_cancelled_there_and_hurts_no_other() throws InterruptedException {
        var answers = new Answers();
        ClientCall<String, String> call = channel.newCall(EchoCalls.BOTH, patient());
        StreamObserver<String> asking = ClientCalls.asyncBidiStreamingCall(call, answers);
        asking.onNext("begun");
        assertThat(answers.all.poll(10, TimeUnit.SECONDS)).isEqualTo("begun");

        call.cancel("enough", null);

        Awaitility.await().until(() -> service.cancelled.get() == 1);
        assertThat(unary("still there")).isEqualTo("still there");
        assertThat(service.connections).hasSize(1);
    }

    @Test
    void a_deadline_that_passes_ends_the_call() {
        CallOptions hasty = CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS);

        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, EchoCalls.UNARY, hasty, "silence"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        thrown -> assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    }

    @Test
    void many_calls_at_once_share_one_connection_on_each_leg() throws InterruptedException {
        unary("first");
        var calls = new ArrayList<Answers>();
        for (int i = 0; i < 500; i++) {
            var answers = new Answers();
            calls.add(answers);
            ClientCalls.asyncUnaryCall(channel.newCall(EchoCalls.UNARY, patient()), "call " + i, answers);
        }

        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).all.poll(20, TimeUnit.SECONDS)).isEqualTo("call " + i);
        }

        Awaitility.await().until(() -> callee.log.size() == 501);
        assertThat(caller.log.stream().map(AccessEntry::downstreamRemoteAddress).distinct())
                .hasSize(1);
        // one, and more where a peer takes fewer streams than there are calls
        assertThat(callee.log.stream().map(AccessEntry::downstreamRemoteAddress).distinct())
                .hasSizeLessThanOrEqualTo(5);
        assertThat(service.connections).hasSizeLessThanOrEqualTo(5);
    }

    private static final class Answers implements StreamObserver<String> {
        final BlockingQueue<String> all = new LinkedBlockingQueue<>();
        final CompletableFuture<Void> ended = new CompletableFuture<>();

        @Override
        public void onNext(String value) {
            all.add(value);
        }

        @Override
        public void onError(Throwable why) {
            ended.completeExceptionally(why);
        }

        @Override
        public void onCompleted() {
            ended.complete(null);
        }
    }
}
