package dev.meltemi.distribution;

import dev.meltemi.sidecar.Sidecar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The moment at which a mesh is there: every proxy runs a table, and a page comes back through them.
///
/// @param url of a page that needs all of them
record FirstAnswer(String url, List<Sidecar> proxies) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);

    /// @throws StartFailure naming the proxies that aren't ready, or what the page answered, after a minute
    void await() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String answer = "nothing";
        try (var http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(1))
                .build()) {
            while (System.nanoTime() < end) {
                if (proxies.stream().allMatch(Sidecar::ready)) {
                    answer = answer(http);
                    if (answer.equals("200")) {
                        return;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        }
        throw new StartFailure("no traffic after " + PATIENCE.toSeconds() + " s: " + url + " answered " + answer
                + "; proxies that aren't ready: "
                + proxies.stream()
                        .filter(proxy -> !proxy.ready())
                        .map(Sidecar::instance)
                        .toList()
                + "; next: see the log above, and what else uses this machine");
    }

    private String answer(HttpClient http) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return String.valueOf(http.send(request, BodyHandlers.discarding()).statusCode());
        } catch (IOException e) {
            return e.toString();
        }
    }
}
