package dev.meltemi.faults;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/// An application behind a sidecar: answers as it is asked to, and writes down what it saw.
final class Origin implements AutoCloseable {
    /// Which client sends, and its number for the request.
    static final String CLIENT = "x-client";

    static final String NUMBER = "x-number";
    /// Bytes of the answer.
    static final String ANSWER_BYTES = "x-answer-bytes";
    /// Milliseconds before the answer.
    static final String WAIT = "x-wait";
    /// In the answer: bytes of the request's body.
    static final String BODY_BYTES = "x-body-bytes";

    private final DisposableServer server;

    private Origin(DisposableServer server) {
        this.server = server;
    }

    static Origin start(Ledger ledger, String address, int port, LoopResources loops) {
        return new Origin(HttpServer.create()
                .runOn(loops)
                .host(address)
                .port(port)
                .handle((request, response) -> answer(ledger, request, response))
                .bindNow());
    }

    private static Mono<Void> answer(Ledger ledger, HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .map(ByteBuf::readableBytes)
                .reduce(0, Integer::sum)
                .flatMap(bytes -> {
                    var headers = request.requestHeaders();
                    String client = headers.get(CLIENT);
                    if (client != null) {
                        ledger.seen(client, headers.getInt(NUMBER, -1));
                    }
                    long wait = headers.getInt(WAIT, 0);
                    byte[] body = new byte[headers.getInt(ANSWER_BYTES, 16)];
                    var sent = response.header(NUMBER, headers.get(NUMBER, "-"))
                            .header(BODY_BYTES, String.valueOf(bytes))
                            .header("content-length", String.valueOf(body.length))
                            .sendByteArray(Flux.just(body))
                            .then();
                    return wait == 0
                            ? sent
                            : Mono.delay(Duration.ofMillis(wait)).then(sent);
                });
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(1));
    }
}
