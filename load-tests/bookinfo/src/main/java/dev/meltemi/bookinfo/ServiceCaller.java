package dev.meltemi.bookinfo;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/// Calls other services through the app's own sidecar, and passes on what belongs to the trace and the user, as
/// every meshed application has to.
final class ServiceCaller {
    /// Istio's list of headers to propagate, and `end-user`, by which its sample rules route.
    private static final List<String> PROPAGATED = List.of(
            "traceparent",
            "tracestate",
            "baggage",
            "x-request-id",
            "x-b3-traceid",
            "x-b3-spanid",
            "x-b3-parentspanid",
            "x-b3-sampled",
            "x-b3-flags",
            "end-user",
            "user-agent");

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int CONNECTIONS = 200;

    private final Optional<InetSocketAddress> outbound;
    private final HttpClient client;

    ServiceCaller(Optional<InetSocketAddress> outbound, LoopResources loops) {
        this.outbound = outbound;
        this.client = HttpClient.create(ConnectionProvider.create("bookinfo", CONNECTIONS))
                .runOn(loops)
                .responseTimeout(TIMEOUT);
    }

    /// What a service answered; status 0 when it didn't.
    record Answer(int status, String body) {
        boolean good() {
            return status == 200;
        }
    }

    /// Never fails: an unreachable service is an answer with status 0 and the reason.
    Mono<Answer> get(String service, String path, HttpHeaders incoming) {
        String authority = service + ":" + Bookinfo.SERVICE_PORT;
        String base =
                outbound.map(at -> at.getHostString() + ":" + at.getPort()).orElse(authority);
        return client.headers(headers -> {
                    for (String name : PROPAGATED) {
                        String value = incoming.get(name);
                        if (value != null) {
                            headers.set(name, value);
                        }
                    }
                    headers.set("host", authority);
                })
                .get()
                .uri("http://" + base + path)
                .responseSingle((response, body) -> body.asString()
                        .defaultIfEmpty("")
                        .map(text -> new Answer(response.status().code(), text)))
                .onErrorResume(failure -> Mono.just(new Answer(0, String.valueOf(failure.getMessage()))));
    }
}
