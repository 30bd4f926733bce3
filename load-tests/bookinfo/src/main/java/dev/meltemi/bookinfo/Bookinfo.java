package dev.meltemi.bookinfo;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.resources.LoopResources;

/// The front door: starts one app of the topology.
public final class Bookinfo {
    /// The workloads of the topology, as Istio's sample deploys them.
    public static final List<App> TOPOLOGY = List.of(
            new App("productpage", "v1"),
            new App("details", "v1"),
            new App("reviews", "v1"),
            new App("reviews", "v2"),
            new App("reviews", "v3"),
            new App("ratings", "v1"));

    /// The port of every bookinfo service.
    public static final int SERVICE_PORT = 9080;

    private Bookinfo() {}

    /// One workload.
    ///
    /// @param service productpage, details, reviews or ratings
    public record App(String service, String version) {
        /// `reviews-v2`, which is also what it answers as its `podname`.
        public String workload() {
            return service + "-" + version;
        }
    }

    /// @param listen where the app listens, behind its sidecar
    /// @param outbound the outbound listener of its sidecar; without one the app calls services by their names
    ///     directly
    public record Settings(App app, InetSocketAddress listen, Optional<InetSocketAddress> outbound) {}

    /// Starts an app on the given event loops; dispose it to stop.
    ///
    /// @throws reactor.netty.ChannelBindException when the address is in use
    public static DisposableServer start(Settings settings, LoopResources loops) {
        var mesh = new ServiceCaller(settings.outbound(), loops);
        return HttpServer.create()
                .runOn(loops)
                .bindAddress(settings::listen)
                .route(routes -> {
                    routes.get("/health", (request, response) -> Answers.json(response, 200, health(settings.app())));
                    install(settings.app(), mesh, routes);
                })
                .bindNow();
    }

    private static void install(App app, ServiceCaller mesh, HttpServerRoutes routes) {
        switch (app.service()) {
            case "productpage" -> new Productpage(mesh).install(routes);
            case "details" -> new Details().install(routes);
            case "reviews" -> new Reviews(app, mesh).install(routes);
            case "ratings" -> new Ratings().install(routes);
            default ->
                throw new IllegalArgumentException(
                        "no bookinfo service is called " + app.service() + "; expected one of " + TOPOLOGY);
        }
    }

    private static Object health(App app) {
        return Map.of("status", app.workload() + " is healthy");
    }
}
