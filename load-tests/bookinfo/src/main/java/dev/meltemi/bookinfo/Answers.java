package dev.meltemi.bookinfo;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.OptionalInt;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.json.JsonMapper;

/// How the apps answer.
final class Answers {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Answers() {}

    static Publisher<Void> json(HttpServerResponse response, int status, Object body) {
        return text(response, status, "application/json", JSON.writeValueAsString(body));
    }

    static Publisher<Void> text(HttpServerResponse response, int status, String type, String body) {
        return response.status(HttpResponseStatus.valueOf(status))
                .header("content-type", type)
                .sendString(Mono.just(body));
    }

    /// A product id as the paths carry it; empty when it isn't a number from 0.
    static OptionalInt productId(String text) {
        try {
            int id = Integer.parseInt(text);
            return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}
