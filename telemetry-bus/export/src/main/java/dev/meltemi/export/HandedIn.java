package dev.meltemi.export;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/// Gauges and counters that others keep and that are read when somebody asks.
final class HandedIn {
    private final List<Metric> metrics = new CopyOnWriteArrayList<>();

    private record Metric(boolean counter, MetricMetadata metadata, Labels labels, DoubleSupplier value) {
        MetricSnapshot snapshot() {
            return counter
                    ? new CounterSnapshot(
                            metadata, List.of(new CounterDataPointSnapshot(value.getAsDouble(), labels, null, 0)))
                    : new GaugeSnapshot(
                            metadata, List.of(new GaugeDataPointSnapshot(value.getAsDouble(), labels, null)));
        }
    }

    void gauge(String name, String help, Map<String, String> labels, DoubleSupplier value) {
        var builder = Labels.builder();
        labels.forEach(builder::label);
        metrics.add(new Metric(false, new MetricMetadata(name, help), builder.build(), value));
    }

    void counter(String name, String help, DoubleSupplier value) {
        metrics.add(new Metric(true, new MetricMetadata(name, help), Labels.EMPTY, value));
    }

    List<MetricSnapshot> snapshots() {
        return metrics.stream().map(Metric::snapshot).toList();
    }
}
