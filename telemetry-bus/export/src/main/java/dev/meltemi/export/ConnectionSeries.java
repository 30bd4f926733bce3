package dev.meltemi.export;

import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// One set of label values and what was counted of connections under it.
final class ConnectionSeries {
    private final Labels labels;
    private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);
    private volatile long usedAt;

    /// Istio's metrics of TCP, without `_total`, which the format adds.
    enum Count {
        OPENED("istio_tcp_connections_opened", "Connections that were opened"),
        CLOSED("istio_tcp_connections_closed", "Connections that were closed"),
        RECEIVED("istio_tcp_received_bytes", "Bytes that callers sent"),
        SENT("istio_tcp_sent_bytes", "Bytes that callers were sent");

        final String metric;
        final String help;

        Count(String metric, String help) {
            this.metric = metric;
            this.help = help;
        }
    }

    ConnectionSeries(Labels labels, long now) {
        this.labels = labels;
        this.usedAt = now;
        for (Count count : Count.values()) {
            counts.put(count, new LongAdder());
        }
    }

    /// @param now of the clock by which idle series are evicted, as coarse as one likes
    void add(Count which, long value, long now) {
        adder(which).add(value);
        usedAt = now;
    }

    private LongAdder adder(Count which) {
        return Objects.requireNonNull(counts.get(which));
    }

    long usedAt() {
        return usedAt;
    }

    CounterDataPointSnapshot of(Count which) {
        return new CounterDataPointSnapshot(adder(which).sum(), labels, null, 0);
    }
}
