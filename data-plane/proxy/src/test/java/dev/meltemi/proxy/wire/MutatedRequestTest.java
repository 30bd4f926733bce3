package dev.meltemi.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.routing.Entrance.Paths;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Messages with octets changed, doubled and dropped, always the same ones: whatever is accepted is read again as one
/// request with the same meaning once it has been written, so that nobody behind can take it for something else.
class MutatedRequestTest {
    private static final int RUNS = Integer.getInteger("fuzz.runs", 4_000);
    private static final String ODD = "\r\n\t :;,/\\%.?#0a\0\u000b\u00ff-_\"=";
    private static final List<String> SEEDS = List.of(
            "GET /a/%2e./b?c=d HTTP/1.1\r\nHost: reviews:9080\r\nA: b\r\nConnection: a, close\r\n\r\n",
            "POST http://reviews/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
            "POST / HTTP/1.1\r\nHost: reviews\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
            "OPTIONS * HTTP/1.0\r\nHost: [::1]:80\r\nConnection: keep-alive\r\nTE: trailers\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: reviews\r\nConnection: upgrade\r\nUpgrade: websocket\r\nX: y\r\n\r\n");

    /// What a request says, as one text.
    private record Meaning(String head, Framing framing) {}

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void what_is_accepted_means_the_same_to_the_next(int seed) {
        var random = new SplittableRandom(seed);
        int accepted = 0;
        for (int run = 0; run < RUNS; run++) {
            String message = mutated(SEEDS.get(seed), random);
            Read first = read(message);
            if (first != null) {
                accepted++;
                assertThat(read(first.written()))
                        .as(message)
                        .isNotNull()
                        .extracting(Read::meaning)
                        .isEqualTo(first.meaning());
            }
        }
        assertThat(accepted).as("accepted of " + RUNS).isBetween(RUNS / 50, RUNS - 1);
    }

    private record Read(Meaning meaning, String written) {}

    private static String mutated(String text, SplittableRandom random) {
        var out = new StringBuilder(text);
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            int at = random.nextInt(out.length());
            char odd = random.nextInt(4) == 0 ? (char) random.nextInt(256) : ODD.charAt(random.nextInt(ODD.length()));
            switch (random.nextInt(4)) {
                case 0 -> out.setCharAt(at, odd);
                case 1 -> out.insert(at, odd);
                case 2 -> out.deleteCharAt(at);
                default -> out.insert(at, out.substring(at, Math.min(out.length(), at + random.nextInt(1, 20))));
            }
        }
        return out.toString();
    }

    /// @return null when it is refused or isn't whole
    private static @Nullable Read read(String message) {
        var channel = new EmbeddedChannel(new StrictRequestDecoder(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(8192)
                        .setMaxHeaderSize(60 * 1024)
                        .setMaxChunkSize(64 * 1024)
                        .setStrictLineParsing(true)
                        .setAllowDuplicateContentLengths(false),
                100));
        try {
            channel.writeInbound(Unpooled.copiedBuffer(message, StandardCharsets.ISO_8859_1));
            if (!(channel.readInbound() instanceof HttpRequest request)
                    || request.decoderResult().isFailure()) {
                return null;
            }
            return meaning(channel, request);
        } catch (MalformedMessageException refused) {
            return null;
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static Read meaning(EmbeddedChannel channel, HttpRequest request) {
        boolean http11 = request.protocolVersion().minorVersion() == 1;
        HttpHeaders headers = request.headers();
        Framing framing = Framing.take(headers, http11, Framing.NONE);
        RequestTarget target = RequestTarget.parse(request.method(), request.uri());
        String host = headers.get(HttpHeaderNames.HOST);
        if (host == null || headers.getAll(HttpHeaderNames.HOST).size() > 1) {
            throw new MalformedMessageException(400, "host");
        }
        Authority.check(host);
        headers.remove(HttpHeaderNames.HOST);
        HopByHop.strip(headers);
        String path = normal(target.path());
        String authority = target.authority() == null ? host : target.authority();
        var said = new StringBuilder(request.method() + " " + path + " " + authority + "\n");
        headers.forEach((Map.Entry<String, String> header) -> {
            if (!header.getKey().equalsIgnoreCase("x-envoy-attempt-count")) {
                said.append(header.getKey())
                        .append(": ")
                        .append(header.getValue())
                        .append('\n');
            }
        });
        headers.remove(OutgoingHead.ATTEMPT);
        ByteBuf written = HeadWriter.request(
                channel.alloc(),
                new OutgoingHead(request.method(), "http", path, authority, headers, framing, 1, null, null));
        String head = written.toString(StandardCharsets.ISO_8859_1);
        written.release();
        return new Read(new Meaning(said.toString(), framing), head + body(channel, framing));
    }

    private static String normal(String path) {
        String normal = NormalizedPath.of(path, Paths.BASE);
        for (Paths way : Paths.values()) {
            String once = NormalizedPath.of(path, way);
            assertThat(NormalizedPath.of(once, way)).as(path).isEqualTo(once);
        }
        return normal;
    }

    /// As chunks or as it is; a body that isn't whole ends what is written where it ends.
    private static String body(EmbeddedChannel channel, Framing framing) {
        var octets = new StringBuilder();
        for (Object part = channel.readInbound(); part instanceof HttpContent content; part = channel.readInbound()) {
            String text = content.content().toString(StandardCharsets.ISO_8859_1);
            boolean last = part instanceof LastHttpContent;
            if (framing.kind() == Framing.Kind.CHUNKED && !text.isEmpty()) {
                octets.append(Integer.toHexString(text.length()))
                        .append("\r\n")
                        .append(text)
                        .append("\r\n");
            } else {
                octets.append(text);
            }
            ReferenceCountUtil.release(content);
            if (last) {
                octets.append(framing.kind() == Framing.Kind.CHUNKED ? "0\r\n\r\n" : "");
                break;
            }
        }
        return octets.toString();
    }
}
