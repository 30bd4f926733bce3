package dev.meltemi.distribution;

import dev.meltemi.bookinfo.Bookinfo;
import dev.meltemi.bookinfo.Bookinfo.App;
import dev.meltemi.sidecar.SidecarSettings;
import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Service;
import dev.meltemi.sidecar.SidecarSettings.Who;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Who the proxies of the demo are and where they live.
///
/// @param folder of their states
record DemoProxies(DemoLayout layout, Path folder) {
    private static final int APP_PORT = 9081;
    private static final int METRICS_PORT = 15020;
    private static final String CLUSTER = "Kubernetes";

    /// Short, because whoever stops a demo wants it to be gone.
    private static final Duration DRAIN = Duration.ofSeconds(3);

    SidecarSettings sidecar(App app, int instance) {
        var who = new Who(
                app.workload(),
                "default",
                Map.of("app", app.service(), "version", app.version()),
                "bookinfo-" + app.service(),
                CLUSTER,
                "",
                false,
                List.of(new Service(app.service() + ".default.svc.cluster.local", Bookinfo.SERVICE_PORT, "http")));
        return new SidecarSettings(who, Listen.at(layout.address(instance), APP_PORT), state(app.workload()), DRAIN);
    }

    SidecarSettings gateway(int instance) {
        var who = new Who(
                "istio-ingressgateway",
                "istio-system",
                Map.of("app", "istio-ingressgateway", "istio", "ingressgateway"),
                "istio-ingressgateway-service-account",
                CLUSTER,
                "",
                true,
                // by its registration's address others know who calls
                List.of(new Service(
                        "istio-ingressgateway.istio-system.svc.cluster.local", Bookinfo.SERVICE_PORT, "http")));
        var at = Listen.at(layout.address(instance), 0);
        var listen = new Listen(at.address(), "127.0.0.1", layout.offset(), 0, at.ports());
        return new SidecarSettings(who, listen, state("istio-ingressgateway"), DRAIN);
    }

    List<String> metricsAddresses(int proxies) {
        return IntStream.rangeClosed(1, proxies)
                .mapToObj(instance -> layout.address(instance) + ":" + METRICS_PORT)
                .toList();
    }

    private Config state(String workload) {
        return Config.FROM_BUS.withState(folder.resolve(workload));
    }
}
