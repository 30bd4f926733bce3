package dev.meltemi.bookinfo;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/// Users who keep looking at the product page, so that there is traffic to see from the first minute. They come at the
/// beginning of each second and then nobody does for a while: in a stream without a pause of half a second a tool that
/// reads a topic to its end (`kcat -e`) may never find one.
public final class TrafficBot implements AutoCloseable {
    private static final int AT_ONCE = 8;

    private final Disposable running;
    private final AtomicLong good = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private TrafficBot(String url, int perSecond, LoopResources loops) {
        HttpClient client = HttpClient.create(ConnectionProvider.create("traffic-bot", AT_ONCE))
                .runOn(loops)
                .responseTimeout(Duration.ofSeconds(10))
                .headers(headers -> headers.set("user-agent", "meltemi-traffic-bot"));
        running = Flux.interval(Duration.ofSeconds(1))
                .onBackpressureDrop()
                .concatMap(_ -> Flux.range(0, perSecond).flatMap(_ -> once(client, url), AT_ONCE))
                .subscribe();
    }

    /// @param url of the product page, as a user would open it
    public static TrafficBot start(String url, int perSecond, LoopResources loops) {
        return new TrafficBot(url, perSecond, loops);
    }

    public long goodAnswers() {
        return good.get();
    }

    public long failures() {
        return failed.get();
    }

    private Mono<Void> once(HttpClient client, String url) {
        return client.get()
                .uri(url)
                .responseSingle((response, body) -> {
                    (response.status().code() == 200 ? good : failed).incrementAndGet();
                    return body.then();
                })
                .onErrorResume(_ -> {
                    failed.incrementAndGet();
                    return Mono.empty();
                });
    }

    @Override
    public void close() {
        running.dispose();
    }
}
