package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Service;
import dev.meltemi.sidecar.SidecarSettings.Who;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// The sidecar of `productpage-v1` at an address of its own, as its application and a probe reach it.
record RunningProductpage(Sidecar sidecar, String address) implements AutoCloseable {
    static RunningProductpage start(LoopResources loops, @Nullable MeshBus bus, Config config, Duration drain) {
        var address = SidecarTest.loopback();
        var who = new Who(
                "productpage-v1",
                "default",
                Map.of("app", "productpage", "version", "v1"),
                "",
                "Kubernetes",
                "",
                false,
                List.of(new Service("productpage.default.svc.cluster.local", 9080, "http")));
        var settings = new SidecarSettings(who, Listen.at(address, 8080), config, drain);
        return new RunningProductpage(Sidecar.start(settings, SidecarWorld.of(loops, bus, null)), address);
    }

    RunningProductpage runs(String topicId, long offset) {
        Awaitility.await()
                .until(() -> sidecar.ready()
                        && sidecar.running().revision().topicId().equals(topicId)
                        && sidecar.running().revision().offset() == offset);
        return this;
    }

    /// As the application asks, through the outbound port.
    String get(String uri) {
        return asked(uri).body();
    }

    int status(String uri) {
        return asked(uri).statusCode();
    }

    private HttpResponse<String> asked(String uri) {
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(ProxySelector.of(new InetSocketAddress(address, 15001)))
                .build()) {
            return answer(client, uri);
        }
    }

    int health() {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return answer(client, "http://" + address + ":15021/healthz/ready").statusCode();
        }
    }

    String instance() {
        return sidecar.instance();
    }

    /// @return the status of an admin page that does something
    int post(String path) {
        var request = HttpRequest.newBuilder(URI.create("http://" + address + ":15000" + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new AssertionError(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> answer(HttpClient client, String uri) {
        try {
            return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        sidecar.close();
    }
}
