package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What WebSocket peers say to each other through two sidecars and mTLS is what they say without: themes of the
/// Autobahn suite, frames right and wrong, octet by octet.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketTest {
    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    static final String HANDSHAKE =
            "GET /chat HTTP/1.1\r\nHost: reviews:9080\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final int MIB = 1024 * 1024;

    private final WebSocketEcho echo = new WebSocketEcho();
    private final ProxyUnderTest callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
    private final ProxyUnderTest caller = new ProxyUnderTest().as(AUTHORITY.member("productpage"));

    @BeforeAll
    void join() {
        caller.rules.meshEndpoint("reviews", callee.inbound(echo.address()));
    }

    @AfterAll
    void stop() {
        caller.close();
        callee.close();
        echo.close();
    }

    /// Each ends with a close, so that the connection does.
    static Stream<Arguments> conversations() {
        byte[] split = "Hello-µ@ßöäüàá-UTF-8!!".getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                said("an empty text", Frames.of().text("")),
                said("a text", Frames.of().text("Hello")),
                said("a text of 125 octets", Frames.of().text("*".repeat(125))),
                said("a text of 126 octets", Frames.of().text("*".repeat(126))),
                said("a text of 65535 octets", Frames.of().text("*".repeat(65535))),
                said("a text of 65536 octets", Frames.of().text("*".repeat(65536))),
                said("characters of four octets", Frames.of().text("\uD83D\uDE00".repeat(1000))),
                said("an empty binary message", Frames.of().binary(0)),
                said("127 octets", Frames.of().binary(127)),
                said("65537 octets", Frames.of().binary(65537)),
                said("2 MiB", Frames.of().binary(2 * MIB)),
                said("many short messages", many(500)),
                said(
                        "fragments",
                        Frames.of()
                                .part(Frames.TEXT, text("one "))
                                .part(0, text("two "))
                                .last(text("three"))),
                said(
                        "a ping between fragments",
                        Frames.of()
                                .part(Frames.TEXT, text("one "))
                                .control(Frames.PING, text("there?"))
                                .last(text("two"))),
                said(
                        "a character over two fragments",
                        Frames.of()
                                .part(Frames.TEXT, Arrays.copyOf(split, 7))
                                .last(Arrays.copyOfRange(split, 7, split.length))),
                said("a ping", Frames.of().control(Frames.PING, new byte[0])),
                said("a ping of 125 octets", Frames.of().control(Frames.PING, Frames.octets(125))),
                said("ten pings", pings()),
                said("a pong that nobody asked for", Frames.of().control(Frames.PONG, text("x"))),
                said("a close with a reason", Frames.of().close(1000, "bye")),
                said("a close of 123 octets' reason", Frames.of().close(1001, "*".repeat(123))),
                said("a close of an application's own", Frames.of().close(4999, "")),
                said("a close without a code", Frames.of().control(Frames.CLOSE, new byte[0])),
                said("more behind a close", Frames.of().close(1000, "").text("late")),
                wrong("a close of one octet", Frames.of().control(Frames.CLOSE, new byte[1])),
                wrong("a close with a reserved code", Frames.of().close(1005, "")),
                wrong("text that isn't UTF-8", Frames.of().frame(0x81, new byte[] {(byte) 0xce, (byte) 0xff})),
                wrong("a ping of 126 octets", Frames.of().control(Frames.PING, new byte[126])),
                wrong("a fragmented ping", Frames.of().part(Frames.PING, text("x"))),
                wrong("a continuation of nothing", Frames.of().last(text("x"))),
                wrong(
                        "a text within a text",
                        Frames.of().part(Frames.TEXT, text("x")).text("y")),
                wrong("a reserved bit", Frames.of().frame(0xc1, text("x"))),
                wrong("a reserved opcode", Frames.of().frame(0x83, text("x"))),
                wrong("a reserved control opcode", Frames.of().frame(0x8b, text("x"))),
                wrong("no mask", Frames.of().unmasked("x")),
                wrong("HTTP again", Frames.of().raw("GET / HTTP/1.1\r\nHost: reviews\r\n\r\n")));
    }

    private static Frames many(int count) {
        var frames = Frames.of();
        for (int i = 0; i < count; i++) {
            frames.text("message " + i).binary(i);
        }
        return frames;
    }

    private static Frames pings() {
        var frames = Frames.of();
        for (int i = 0; i < 10; i++) {
            frames.control(Frames.PING, text("ping " + i));
        }
        return frames;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Arguments said(String name, Frames frames) {
        return argumentSet(name, (Object) frames.close(1000, "").bytes());
    }

    /// After which the application closes by itself.
    private static Arguments wrong(String name, Frames frames) {
        return argumentSet(name, (Object) frames.bytes());
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void a_conversation_through_two_sidecars_is_the_same_octet_for_octet(byte[] frames) throws Exception {
        byte[] direct = converse(echo.address(), frames, frames.length);

        byte[] through = converse(caller.outbound(), frames, frames.length);

        assertThat(direct).isNotEmpty();
        assertThat(through).isEqualTo(direct);
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void pieces_of_a_frame_come_as_they_are(byte[] frames) throws Exception {
        int piece = frames.length < 2000 ? 1 : frames.length / 7 + 1;
        byte[] direct = converse(echo.address(), frames, piece);

        byte[] through = converse(caller.outbound(), frames, piece);

        assertThat(through).isEqualTo(direct);
    }

    /// @return everything behind the 101
    private static byte[] converse(InetSocketAddress address, byte[] frames, int piece) throws Exception {
        try (var client = new RawClient(address)) {
            client.write(HANDSHAKE);
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            var sent = CompletableFuture.runAsync(() -> send(client, frames, piece));
            var all = new ByteArrayOutputStream();
            client.socket.getInputStream().transferTo(all);
            sent.get();
            return all.toByteArray();
        }
    }

    private static void send(RawClient client, byte[] frames, int piece) {
        try {
            for (int at = 0; at < frames.length; at += piece) {
                client.socket.getOutputStream().write(frames, at, Math.min(piece, frames.length - at));
            }
        } catch (IOException closed) {
            // The application has closed before it read everything.
        }
    }
}
