package dev.meltemi.registry;

import dev.meltemi.bus.BusException;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/// HTTP before the {@link Answers}.
final class SchemaServer implements AutoCloseable {
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    /// Larger than any schema of a mesh.
    private static final int LONGEST_BODY = 1 << 20;

    private final DisposableServer server;

    private SchemaServer(DisposableServer server) {
        this.server = server;
    }

    static SchemaServer start(Schemas schemas, String bindAddress, int port) {
        var answers = new Answers(schemas);
        try {
            return new SchemaServer(HttpServer.create()
                    .host(bindAddress)
                    .port(port)
                    .handle((request, response) -> answer(answers, request, response))
                    .bindNow(Duration.ofSeconds(10)));
        } catch (ChannelBindException e) {
            throw new BusException(
                    "the schema registry can't listen on " + bindAddress + ":" + port + ": " + reason(e)
                            + "; see who does with: ss -ltnp 'sport = :" + port + "'; or choose another port",
                    e);
        }
    }

    /// The native transport puts the system's words into the cause, the other one into a BindException below.
    private static String reason(ChannelBindException failure) {
        Throwable cause = failure.getCause();
        return cause == null ? String.valueOf(failure.getMessage()) : String.valueOf(cause.getMessage());
    }

    private static Mono<Void> answer(Answers answers, HttpServerRequest request, HttpServerResponse response) {
        List<String> path;
        try {
            path = segments(request.uri());
        } catch (IllegalArgumentException e) {
            return send(
                    response,
                    Answer.error(RegistryError.BAD_REQUEST, "The path isn't well encoded: " + e.getMessage()));
        }
        Mono<Answer> answer = switch (request.method().name()) {
            case "GET" -> Mono.fromSupplier(() -> answers.get(path));
            case "POST" -> body(request).map(body -> answers.post(path, body));
            default -> Mono.just(answers.otherMethod(request.method().name()));
        };
        return answer.flatMap(one -> send(response, one));
    }

    private static Mono<Void> send(HttpServerResponse response, Answer answer) {
        return response.status(answer.status())
                .header("content-type", CONTENT_TYPE)
                .sendString(Mono.just(answer.body()))
                .then();
    }

    /// What is longer than any schema is cut off, and then isn't one.
    private static Mono<String> body(HttpServerRequest request) {
        return request.receive()
                .asByteArray()
                .reduceWith(ByteArrayOutputStream::new, SchemaServer::appended)
                .map(bytes -> bytes.toString(StandardCharsets.UTF_8));
    }

    private static ByteArrayOutputStream appended(ByteArrayOutputStream body, byte[] part) {
        if (body.size() + part.length <= LONGEST_BODY) {
            body.writeBytes(part);
        }
        return body;
    }

    private static List<String> segments(String uri) {
        String path = uri.split("\\?", 2)[0];
        return Arrays.stream(path.split("/", -1))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(2));
    }
}
