package dev.meltemi.sidecar;

import dev.meltemi.export.IstioMetrics;
import dev.meltemi.proxy.ConnectionCount;
import dev.meltemi.proxy.ProxyServer;
import dev.meltemi.proxy.TelemetrySink;
import dev.meltemi.proxy.names.LiveNames;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.sidecar.config.ConfigFollower;
import dev.meltemi.telemetry.AccessLog;
import dev.meltemi.workload.WorkloadIdentity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// What happens to a request's entry: it is counted, and told to the bus when there is one.
final class Telemetry implements TelemetrySink, AutoCloseable {
    private static final AccessLog.Counters NOTHING = new AccessLog.Counters(0, 0, 0);

    /// The bus confirms every 5 s what it said: its loss is to be seen within 45 s, also by who sends nothing.
    private static final Duration SILENT = Duration.ofSeconds(15);

    private final IstioMetrics metrics;
    private final @Nullable AccessLog log;
    private volatile @Nullable ConfigFollower follower;

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
        metrics.gauge("bus_connected", "Whether the broker answers", () -> connected() ? 1 : 0);
    }

    /// What is said of the configuration that runs.
    void follow(ConfigFollower following) {
        follower = following;
        metrics.gauge(
                "config_age_seconds",
                "Since the bus confirmed what runs, or since the file that runs was written",
                () -> following.age().toMillis() / 1000.0);
        metrics.counter(
                "mesh_state_write_failures",
                "Last-known-good files that couldn't be written",
                following::writeFailures);
    }

    /// What is said of the callers that were refused, and of what there is too much of.
    void follow(ProxyServer proxy) {
        proxy.refusedConnections()
                .keySet()
                .forEach(why -> metrics.counter(
                        "mesh_connections_refused_" + why,
                        "Callers' connections closed before a request was read: " + why.replace('_', ' '),
                        () -> proxy.refusedConnections().getOrDefault(why, 0L)));
        metrics.counter(
                "meltemi_health_checks",
                "Questions to endpoints",
                () -> proxy.checked().made());
        metrics.counter(
                "meltemi_health_checks_failed",
                "Questions that weren't answered well",
                () -> proxy.checked().failed());
        metrics.gauge("mesh_connections_open", "Callers' connections", proxy::openConnections);
        metrics.gauge("mesh_connections_limit", "Callers' connections at most", proxy.overload()::maxConnections);
        proxy.overload().figures().keySet().forEach(name -> {
            String metric = "mesh_overload_" + name.replace('.', '_');
            DoubleSupplier value = () -> proxy.overload().figures().getOrDefault(name, 0L);
            if (name.endsWith(".done")) {
                metrics.counter(metric, "How often it was done under pressure", value);
            } else if (name.endsWith(".active")) {
                metrics.gauge(metric, "Whether it is done because of pressure", value);
            } else {
                metrics.gauge(metric, "Percent used; of the heap and direct memory, after a collection", value);
            }
        });
    }

    /// What is said of names that are kept resolved.
    void follow(LiveNames names) {
        metrics.counter(
                "meltemi_dns_questions",
                "Names asked for, again and again",
                () -> names.counters().questions());
        metrics.counter(
                "meltemi_dns_failures",
                "Names asked for in vain",
                () -> names.counters().failures());
    }

    /// What is said of changes of endpoints' health.
    void follow(HealthNews news) {
        metrics.counter(
                "meltemi_health_events_dropped", "Changes of endpoints' health that weren't told", news::dropped);
    }

    /// What our own application says of itself.
    void followApplication(BooleanSupplier healthy) {
        metrics.gauge(
                "meltemi_application_healthy",
                "What the application says of itself",
                () -> healthy.getAsBoolean() ? 1 : 0);
    }

    /// What is said of our certificate.
    void follow(WorkloadIdentity identity, InstantSource clock) {
        metrics.gauge(
                "meltemi_certificate_expires_seconds", "Until our certificate expires; negative without one", () -> {
                    var now = identity.get();
                    return now == null
                            ? -1
                            : Duration.between(
                                                    clock.instant(),
                                                    now.credential()
                                                            .leaf()
                                                            .getNotAfter()
                                                            .toInstant())
                                            .toMillis()
                                    / 1000.0;
                });
        metrics.gauge(
                "meltemi_certificate_valid", "Whether we have a certificate in force", () -> identity.valid() ? 1 : 0);
    }

    /// Nobody who writes waits for an answer, and what is followed isn't silent.
    private boolean connected() {
        var following = follower;
        return log != null
                && log.connected()
                && (following == null || following.silence().compareTo(SILENT) < 0);
    }

    @Override
    public boolean offer(AccessEntry entry) {
        metrics.count(entry);
        return log == null || log.offer(entry);
    }

    @Override
    public void onConnection(ConnectionCount count) {
        metrics.countConnection(
                count.edge(), count.flags(), count.opened(), count.closed(), count.received(), count.sent());
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
