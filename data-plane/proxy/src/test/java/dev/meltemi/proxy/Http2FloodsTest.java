package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What costs a caller little and the proxy much ends that caller's connection, and no other.
class Http2FloodsTest {
    private static final byte[] NOTHING = {};
    private static final Map<String, Consumer<FrameClient>> FLOODS = Map.of(
            "pings", client -> repeat(1100, i -> client.frame(FrameClient.PING, 0, 0, new byte[8])),
            "settings", client -> repeat(1100, i -> client.frame(FrameClient.SETTINGS, 0, 0, NOTHING)),
            "unknown frames", client -> repeat(1100, i -> client.frame(0x42, 0, 0, NOTHING)),
            "priorities",
                    client -> repeat(300, i -> client.frame(FrameClient.PRIORITY, 0, 3, new byte[] {0, 0, 0, 0, 1})),
            "window updates",
                    client -> repeat(300, i -> client.frame(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(1))),
            "empty data",
                    client -> {
                        client.post(1);
                        repeat(20, i -> client.data(1, false, ""));
                    },
            "empty continuations",
                    client -> {
                        client.frame(FrameClient.HEADERS, 0, 1, NOTHING);
                        repeat(20, i -> client.frame(FrameClient.CONTINUATION, 0, 1, NOTHING));
                    },
            "small continuations",
                    client -> {
                        client.frame(FrameClient.HEADERS, 0, 1, client.block(":method", "GET"));
                        repeat(40, i -> client.frame(FrameClient.CONTINUATION, 0, 1, client.block("a", "b")));
                    },
            "rapid resets",
                    client -> repeat(600, i -> client.get(2 * i + 1, "/").reset(2 * i + 1, 8)),
            "made resets",
                    client -> repeat(
                            600,
                            i -> client.get(2 * i + 1, "/")
                                    .frame(FrameClient.WINDOW_UPDATE, 0, 2 * i + 1, FrameClient.number(0))));

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static void repeat(int times, Consumer<Integer> what) {
        for (int i = 0; i < times; i++) {
            what.accept(i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pings",
                "settings",
                "unknown frames",
                "priorities",
                "window updates",
                "empty data",
                "empty continuations",
                "small continuations",
                "rapid resets",
                "made resets",
            })
    void a_flood_ends_its_connection_and_no_other(String kind) throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var flooding = new FrameClient(proxy.outbound());
                var other = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            other.get(1, "/").answer(1);
            FLOODS.getOrDefault(kind, client -> {}).accept(flooding);

            int goodbye = flooding.goodbye();

            assertThat(goodbye).isIn(FrameClient.ENHANCE_YOUR_CALM, -1);
            assertThat(other.get(3, "/").answer(3).body()).isEqualTo("ok");
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(proxy.server.refusedConnections()).containsEntry("flood", 1L));
            assertThat(proxy.log).anyMatch(entry -> entry.responseCodeDetails().startsWith("http2.enhance_your_calm|"));
        }
    }

    @Test
    void streams_beyond_the_limit_are_refused_and_may_be_asked_for_again() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            repeat(101, i -> client.get(2 * i + 1, "/"));

            FrameClient.Answer refused = client.answer(201);

            assertThat(refused.reset).isEqualTo(FrameClient.REFUSED_STREAM);
        }
    }

    @Test
    void fields_of_more_than_60_kib_are_answered_with_431() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            String value = "v".repeat(4000);
            byte[] first = client.block(
                    ":method", "GET", ":scheme", "http", ":authority", "reviews:9080", ":path", "/", "bomb", value);
            client.frame(FrameClient.HEADERS, FrameClient.END_STREAM, 1, first);
            // each is one octet, which stands for 4036
            String[] again = new String[40];
            for (int i = 0; i < again.length; i += 2) {
                again[i] = "bomb";
                again[i + 1] = value;
            }
            client.frame(FrameClient.CONTINUATION, FrameClient.END_HEADERS, 1, client.block(again));

            FrameClient.Answer answer = client.answer(1);

            assertThat(answer.status).isEqualTo("431");
            assertThat(proxy.entry().responseCodeDetails()).isEqualTo("headers_too_long");
            assertThat(client.get(3, "/").answer(3).body()).isEqualTo("ok");
        }
    }

    @Test
    void fields_without_end_are_cut() throws IOException {
        try (var client = new FrameClient(proxy.outbound())) {
            client.frame(FrameClient.HEADERS, 0, 1, client.block(":method", "GET"));
            repeat(8, i -> client.frame(FrameClient.CONTINUATION, 0, 1, new byte[16 * 1024]));

            int goodbye = client.goodbye();

            assertThat(goodbye).isNotZero();
            assertThat(proxy.entry().responseFlags()).isEqualTo("DPE");
        }
    }
}
