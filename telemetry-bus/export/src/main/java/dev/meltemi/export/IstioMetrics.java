package dev.meltemi.export;

import dev.meltemi.export.Series.Histogram;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.access.Edge;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// Istio's standard metrics of one proxy. A request finds its series by its edge and outcome, resolved once, and
/// costs a few additions; texts are made when somebody asks. Several live in one process without meeting.
public final class IstioMetrics {
    /// Edges whose series are remembered; between two scrapes at most.
    private static final int MOST_EDGES = 4096;

    private static final String TCP = "tcp";

    private final Settings settings;
    private final InstantSource clock;
    private final Map<Edge, EdgeSeries> byEdge = new ConcurrentHashMap<>();
    private final Map<SeriesKey, Series> series = new ConcurrentHashMap<>();
    private final Map<SeriesKey, ConnectionSeries> connections = new ConcurrentHashMap<>();
    private final AtomicLong limited = new AtomicLong();
    private final HandedIn handedIn = new HandedIn();
    private volatile long now;

    /// @param version of this proxy, the `tag` of `istio_build`
    /// @param maxSeries label sets; requests beyond go to one series a reporter and class of answers
    /// @param idle after which a series that no request touched is forgotten; counters that come back begin at 0
    public record Settings(String version, int maxSeries, Duration idle) {
        public static Settings of(String version) {
            return new Settings(version, 5_000, Duration.ofHours(1));
        }
    }

    public IstioMetrics(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.now = clock.millis();
        handedIn.gauge(
                "istio_build",
                "Istio component build info",
                Map.of("component", "proxy", "tag", settings.version()),
                () -> 1);
        handedIn.counter(
                "mesh_metrics_series_limited",
                "Requests counted without their labels, because of the limit of series",
                limited::get);
    }

    /// Counts one request; connections that were carried whole are counted by {@link #countConnection} alone. For any
    /// number of threads; never blocks.
    public void count(AccessEntry entry) {
        Edge edge = entry.edge();
        if (edge.way().requestProtocol().equals(TCP)) {
            return;
        }
        EdgeSeries known = byEdge.get(edge);
        if (known == null) {
            known = remember(edge);
        }
        Series found = known.of(entry.responseCode(), entry.grpcStatus(), entry.responseFlags(), this::resolve);
        found.count(entry.durationMicros(), entry.requestBytes(), entry.responseBytes(), now);
        if (entry.requestMessages() + entry.responseMessages() > 0) {
            found.countMessages(entry.requestMessages(), entry.responseMessages());
        }
    }

    /// Counts what has happened to a connection that is carried whole since it was last told of.
    ///
    /// @param flags Envoy's, `-` while it lasts
    /// @param opened 1 or 0
    /// @param closed 1 or 0
    /// @param received bytes from the caller
    /// @param sent bytes to the caller
    public void countConnection(Edge edge, String flags, int opened, int closed, long received, long sent) {
        ConnectionSeries found = connections(SeriesKey.of(edge, 0, "", flags));
        found.add(ConnectionSeries.Count.OPENED, opened, now);
        found.add(ConnectionSeries.Count.CLOSED, closed, now);
        found.add(ConnectionSeries.Count.RECEIVED, received, now);
        found.add(ConnectionSeries.Count.SENT, sent, now);
    }

    private ConnectionSeries connections(SeriesKey key) {
        ConnectionSeries known = connections.get(key);
        if (known != null) {
            return known;
        }
        if (connections.size() < settings.maxSeries()) {
            return connections.computeIfAbsent(key, k -> new ConnectionSeries(k.connectionLabels(), now));
        }
        limited.incrementAndGet();
        return connections.computeIfAbsent(key.beyondLimit(), k -> new ConnectionSeries(k.connectionLabels(), now));
    }

    /// A value that is read at each scrape, such as `bus_connected`.
    public void gauge(String name, String help, DoubleSupplier value) {
        handedIn.gauge(name, help, Map.of(), value);
    }

    /// A count that only grows, read at each scrape.
    ///
    /// @param name without `_total`, which the format adds
    public void counter(String name, String help, DoubleSupplier value) {
        handedIn.counter(name, help, value);
    }

    /// Everything as text: OpenMetrics when the Accept header asks for it, otherwise Prometheus' format 0.0.4; gzip
    /// when Accept-Encoding allows it. Takes about a millisecond a series, so not on an event loop that carries
    /// requests.
    public Exposition expose(@Nullable String accept, @Nullable String acceptEncoding) {
        evictIdle();
        return Exposition.of(snapshots(), accept, acceptEncoding);
    }

    private EdgeSeries remember(Edge edge) {
        if (byEdge.size() >= MOST_EDGES) {
            byEdge.clear();
        }
        return byEdge.computeIfAbsent(edge, EdgeSeries::new);
    }

    private Series resolve(SeriesKey key) {
        Series known = series.get(key);
        if (known != null) {
            return known;
        }
        if (series.size() < settings.maxSeries()) {
            return series.computeIfAbsent(key, k -> new Series(k.labels(), now));
        }
        limited.incrementAndGet();
        return series.computeIfAbsent(key.beyondLimit(), k -> new Series(k.labels(), now));
    }

    /// The handles go too: so a forgotten series is not written to, and the edges of old tables are not kept.
    private void evictIdle() {
        now = clock.millis();
        long oldest = now - settings.idle().toMillis();
        series.values().removeIf(one -> one.usedAt() < oldest);
        connections.values().removeIf(one -> one.usedAt() < oldest);
        byEdge.clear();
    }

    private MetricSnapshots snapshots() {
        var all = new ArrayList<MetricSnapshot>();
        List<Series> counted = List.copyOf(series.values());
        if (!counted.isEmpty()) {
            all.add(new CounterSnapshot(
                    new MetricMetadata("istio_requests", "Requests"),
                    counted.stream().map(Series::requests).toList()));
            all.add(histogram(
                    "istio_request_duration_milliseconds", "Duration of requests", counted, Histogram.DURATION, 1000));
            all.add(histogram(
                    "istio_request_bytes",
                    "Wire bytes of requests, heads included",
                    counted,
                    Histogram.REQUEST_BYTES,
                    1));
            all.add(histogram(
                    "istio_response_bytes",
                    "Wire bytes of responses, heads included",
                    counted,
                    Histogram.RESPONSE_BYTES,
                    1));
        }
        List<Series> ofGrpc = counted.stream().filter(Series::hasMessages).toList();
        if (!ofGrpc.isEmpty()) {
            all.add(new CounterSnapshot(
                    new MetricMetadata("istio_request_messages", "Messages of gRPC in requests"),
                    ofGrpc.stream().map(Series::requestMessages).toList()));
            all.add(new CounterSnapshot(
                    new MetricMetadata("istio_response_messages", "Messages of gRPC in responses"),
                    ofGrpc.stream().map(Series::responseMessages).toList()));
        }
        List<ConnectionSeries> ofConnections = List.copyOf(connections.values());
        for (ConnectionSeries.Count which : ConnectionSeries.Count.values()) {
            if (!ofConnections.isEmpty()) {
                all.add(new CounterSnapshot(
                        new MetricMetadata(which.metric, which.help),
                        ofConnections.stream().map(one -> one.of(which)).toList()));
            }
        }
        all.addAll(handedIn.snapshots());
        return new MetricSnapshots(all);
    }

    private static MetricSnapshot histogram(String name, String help, List<Series> all, Histogram which, double unit) {
        return new HistogramSnapshot(
                new MetricMetadata(name, help),
                all.stream().map(one -> one.histogram(which, unit)).toList());
    }
}
