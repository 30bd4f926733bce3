package dev.meltemi.sidecar;

import dev.meltemi.export.IstioMetrics;
import dev.meltemi.proxy.TelemetrySink;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.telemetry.AccessLog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What happens to a request's entry: it is counted, and told to the bus when there is one.
final class Telemetry implements TelemetrySink, AutoCloseable {
    private static final AccessLog.Counters NOTHING = new AccessLog.Counters(0, 0, 0);

    private final IstioMetrics metrics;
    private final @Nullable AccessLog log;

    Telemetry(IstioMetrics metrics, @Nullable AccessLog log) {
        this.metrics = metrics;
        this.log = log;
        metrics.counter(
                "mesh_telemetry_sent",
                "Access events that the broker took",
                () -> counters().sent());
        metrics.counter(
                "mesh_telemetry_dropped",
                "Access events lost on their way to the broker",
                () -> counters().dropped());
        metrics.gauge(
                "mesh_telemetry_waiting",
                "Access events on their way",
                () -> counters().waiting());
        metrics.gauge("bus_connected", "Whether the broker answers", () -> log != null && log.connected() ? 1 : 0);
    }

    @Override
    public boolean offer(AccessEntry entry) {
        metrics.count(entry);
        return log == null || log.offer(entry);
    }

    IstioMetrics metrics() {
        return metrics;
    }

    AccessLog.Counters counters() {
        return log == null ? NOTHING : log.counters();
    }

    /// @param type of a `MeshEvent`
    void tell(String type, String detail) {
        if (log != null) {
            log.tell(type, detail);
        }
    }

    @Override
    public void close() {
        if (log != null) {
            log.close(Duration.ofSeconds(2));
        }
    }
}
