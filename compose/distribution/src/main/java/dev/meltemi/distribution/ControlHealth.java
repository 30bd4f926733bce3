package dev.meltemi.distribution;

import dev.meltemi.bus.BusException;
import dev.meltemi.export.Exposition;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/// Istiod's monitoring port for our control services: Prometheus' page, and whether they are to be left alone,
/// restarted or waited for.
///
/// Live: this process answers. Ready: each service knows all that it must know, in office or standing by, and none
/// has raised an alarm; a standby is ready, because it is there to take over.
final class ControlHealth implements AutoCloseable {
    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private final DisposableServer server;

    private ControlHealth(DisposableServer server) {
        this.server = server;
    }

    /// @param port 0 for any free one
    /// @throws BusException when the port is taken
    static ControlHealth start(ControlMetrics metrics, String host, int port) {
        try {
            return new ControlHealth(HttpServer.create()
                    .host(host)
                    .port(port)
                    .route(routes -> routes.get("/metrics", (request, response) -> page(metrics, request, response))
                            .get("/healthz/ready", (_, response) -> ready(metrics, response))
                            .get("/ready", (_, response) -> ready(metrics, response))
                            .get("/healthz/live", (_, response) -> text(response, 200, "LIVE\n")))
                    .bindNow(Duration.ofSeconds(10)));
        } catch (ChannelBindException e) {
            throw new BusException(
                    "can't listen on " + host + ":" + port + " for health and metrics: " + e.getMessage()
                            + "; see who does with: ss -ltnp 'sport = :" + port + "'; or choose another --health-port",
                    e);
        }
    }

    private static Publisher<Void> ready(ControlMetrics metrics, HttpServerResponse response) {
        var why = metrics.notReady();
        return why.isEmpty() ? text(response, 200, "READY\n") : text(response, 503, String.join("\n", why) + "\n");
    }

    /// Asks the broker for the ends of topics: not on an event loop.
    private static Publisher<Void> page(
            ControlMetrics metrics, HttpServerRequest request, HttpServerResponse response) {
        String accept = request.requestHeaders().get(HttpHeaderNames.ACCEPT);
        String encoding = request.requestHeaders().get(HttpHeaderNames.ACCEPT_ENCODING);
        return Mono.fromCallable(() -> Exposition.of(metrics.snapshots(), accept, encoding))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(page -> {
                    String contentEncoding = page.contentEncoding();
                    if (contentEncoding != null) {
                        response.header(HttpHeaderNames.CONTENT_ENCODING, contentEncoding);
                    }
                    return response.header(HttpHeaderNames.CONTENT_TYPE, page.contentType())
                            .sendByteArray(Mono.just(page.body()))
                            .then();
                });
    }

    private static Mono<Void> text(HttpServerResponse response, int status, String text) {
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .sendString(Mono.just(text))
                .then();
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.disposeNow(GOODBYE);
    }
}
