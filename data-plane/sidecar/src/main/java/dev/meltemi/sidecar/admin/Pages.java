package dev.meltemi.sidecar.admin;

import dev.meltemi.export.Exposition;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/// The pages, under Envoy's and Istio's paths.
public final class Pages {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private final ProxyState proxy;

    public Pages(ProxyState proxy) {
        this.proxy = proxy;
    }

    /// For this machine only.
    public void admin(HttpServerRoutes routes) {
        routes.get("/", (_, response) -> send(response, 200, TEXT, """
            GET  /config_dump   what runs, as JSON
            GET  /certs         our certificate and whom we believe
            GET  /clusters      clusters and their endpoints
            GET  /listeners     open ports
            GET  /stats         counters
            GET  /stats/prometheus
            GET  /ready
            POST /drain         take no new work
            POST /undrain       take new work again
            POST /quitquitquit  end
            POST /logging?level=debug
            """))
                .get("/config_dump", (_, response) -> slow(response, JSON, () -> ConfigDump.json(proxy)))
                .get("/certs", (_, response) -> send(response, 200, JSON, CertificateState.json(proxy.certificate())))
                .get("/clusters", (_, response) -> slow(response, TEXT, this::clusters))
                .get("/listeners", (_, response) -> send(response, 200, TEXT, listeners()))
                .get("/stats", (_, response) -> send(response, 200, TEXT, stats()))
                .get("/ready", (_, response) -> ready(response))
                .post("/drain", (_, response) -> {
                    proxy.drain();
                    return send(response, 200, TEXT, "OK\n");
                })
                .post("/undrain", (_, response) -> {
                    proxy.undrain();
                    return send(response, 200, TEXT, "OK\n");
                })
                .post("/quitquitquit", (_, response) -> {
                    proxy.quit();
                    return send(response, 200, TEXT, "OK\n");
                })
                .post("/logging", this::logging);
        prometheus(routes);
    }

    public void prometheus(HttpServerRoutes routes) {
        routes.get("/stats/prometheus", this::metrics).get("/metrics", this::metrics);
    }

    public void health(HttpServerRoutes routes) {
        routes.get("/healthz/ready", (_, response) -> ready(response));
    }

    /// Ready from the first table until draining begins, unless access rules can't be read or there is no identity
    /// where one is needed.
    private Publisher<Void> ready(HttpServerResponse response) {
        boolean ready = proxy.config().serves() && proxy.identified() && !proxy.draining();
        String word = ready
                ? "LIVE\n"
                : proxy.draining() ? "DRAINING\n" : proxy.identified() ? "PRE_INITIALIZING\n" : "NO_IDENTITY\n";
        return send(response, ready ? 200 : 503, TEXT, word);
    }

    private Publisher<Void> metrics(HttpServerRequest request, HttpServerResponse response) {
        String accept = request.requestHeaders().get(HttpHeaderNames.ACCEPT);
        String encoding = request.requestHeaders().get(HttpHeaderNames.ACCEPT_ENCODING);
        return Mono.fromCallable(() -> proxy.metrics().expose(accept, encoding))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(exposition -> exposed(response, exposition));
    }

    private static Mono<Void> exposed(HttpServerResponse response, Exposition exposition) {
        String encoding = exposition.contentEncoding();
        if (encoding != null) {
            response.header(HttpHeaderNames.CONTENT_ENCODING, encoding);
        }
        return response.header(HttpHeaderNames.CONTENT_TYPE, exposition.contentType())
                .sendByteArray(Mono.just(exposition.body()))
                .then();
    }

    private String clusters() {
        var text = new StringBuilder();
        new TreeMap<>(proxy.config().clusters().byName()).forEach((name, cluster) -> {
            for (var endpoint : cluster.endpoints()) {
                text.append(name)
                        .append("::")
                        .append(endpoint)
                        .append("::weight::")
                        .append(endpoint.weight());
                text.append('\n');
                text.append(name)
                        .append("::")
                        .append(endpoint)
                        .append("::rq_active::")
                        .append(endpoint.active());
                text.append('\n');
            }
            if (cluster.endpoints().isEmpty()) {
                text.append(name).append("::no endpoint\n");
            }
        });
        return text.toString();
    }

    private String listeners() {
        var text = new StringBuilder();
        proxy.listeners()
                .forEach((name, address) ->
                        text.append(name).append("::").append(address).append('\n'));
        return text.toString();
    }

    private String stats() {
        var text = new StringBuilder();
        var summary = proxy.config().summary();
        text.append("config.revision: ").append(summary.revision().offset()).append('\n');
        text.append("config.sequence: ").append(summary.revision().sequence()).append('\n');
        text.append("config.stale: ").append(summary.stale()).append('\n');
        text.append("config.routes: ").append(summary.routes()).append('\n');
        text.append("config.endpoints: ").append(summary.endpoints()).append('\n');
        summary.refusals()
                .forEach(why -> text.append("config.refused: ").append(why).append('\n'));
        proxy.counters()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    /// The binding behind SLF4J decides whether levels can change while it runs.
    private Publisher<Void> logging(HttpServerRequest request, HttpServerResponse response) {
        var query = new QueryStringDecoder(request.uri()).parameters();
        var levels = query.get("level");
        if (levels == null || levels.isEmpty()) {
            return send(response, 400, TEXT, "say which: /logging?level=debug\n");
        }
        String level = levels.getFirst().toLowerCase(Locale.ROOT);
        return LogLevel.set(level)
                ? send(response, 200, TEXT, "level: " + level + "\n")
                : send(response, 400, TEXT, "no level '" + level + "'; levels: trace, debug, info, warn, error, off\n");
    }

    private static Publisher<Void> slow(HttpServerResponse response, String type, Callable<String> text) {
        return Mono.fromCallable(text)
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(made -> Mono.from(send(response, 200, type, made)));
    }

    private static Publisher<Void> send(HttpServerResponse response, int status, String type, String text) {
        return response.status(HttpResponseStatus.valueOf(status))
                .header(HttpHeaderNames.CONTENT_TYPE, type)
                .sendString(Mono.just(text));
    }
}
