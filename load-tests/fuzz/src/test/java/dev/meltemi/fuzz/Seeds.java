package dev.meltemi.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a fuzzer of HTTP begins with: messages as they are.
final class Seeds {
    private static final char BETWEEN = 0xFE;
    private static final List<String> ANSWERS = List.of(
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nx-t: 1\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nuntil the end",
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nxx",
            "HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx");

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    private static final List<String> REQUESTS = List.of(
            "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n",
            "POST /a?b HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 3\r\n\r\nabc",
            "POST / HTTP/1.1\r\nHost: reviews:9080\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n3\r\nabc\r\n"
                    + "0\r\nx: y\r\n\r\nGET /2 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n",
            "GET http://reviews:9080/x HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close, x-a\r\nX-A: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nxx",
            "HEAD / HTTP/1.0\r\nHost: reviews:9080\r\nConnection: keep-alive\r\n\r\n",
            "PUT / HTTP/1.1\r\nHost: reviews:9080\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
            "OPTIONS * HTTP/1.1\r\nHost: reviews:9080\r\n\r\n",
            http2());

    private Seeds() {}

    static Path answers(Path corpus) throws IOException {
        for (String answer : ANSWERS) {
            int number = ANSWERS.indexOf(answer);
            put(corpus, number, (char) (number * 37) + answer);
        }
        return corpus;
    }

    static Path conversations(Path corpus) throws IOException {
        var all = new ArrayList<String>();
        for (String request : REQUESTS) {
            all.add(request + BETWEEN + ANSWERS.get(all.size() % ANSWERS.size()));
        }
        for (String answer : ANSWERS) {
            all.add(REQUESTS.getFirst() + BETWEEN + answer);
        }
        for (int i = 0; i < all.size(); i++) {
            put(corpus, i, all.get(i));
        }
        return corpus;
    }

    private static void put(Path corpus, int number, String octets) throws IOException {
        Files.write(corpus.resolve(Integer.toString(number)), octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Two requests, one with a body (RFC 9113, 4.1; RFC 7541, 6.2.2).
    private static String http2() {
        var out = new ByteArrayOutputStream();
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        frame(out, 4, 0, 0, new byte[0]);
        frame(out, 1, 4, 1, head("POST"));
        frame(out, 0, 1, 1, new byte[] {'a', 'b', 'c'});
        frame(out, 1, 5, 3, head("GET"));
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
        out.writeBytes(ByteBuffer.allocate(9)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        out.writeBytes(payload);
    }

    private static byte[] head(String method) {
        var block = new ByteArrayOutputStream();
        for (String word : List.of(":method", method, ":scheme", "http", ":authority", "reviews:9080", ":path", "/")) {
            if (word.startsWith(":")) {
                block.write(0);
            }
            block.write(word.length());
            block.writeBytes(word.getBytes(StandardCharsets.ISO_8859_1));
        }
        return block.toByteArray();
    }
}
