package dev.meltemi.distribution;

import dev.meltemi.admission.Admission;
import dev.meltemi.admission.AdmissionHealth;
import dev.meltemi.bus.BusException;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Timings;
import dev.meltemi.routecompiler.RouteCompiler;
import dev.meltemi.routecompiler.RouteCompilerHealth;
import dev.meltemi.schemas.Topics;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// What the control services of this process say of themselves, under Istio's names where Istio has one. Only the
/// process whose service leads counts anything; a standby shows noughts.
record ControlMetrics(MeshBus bus, Admission admission, RouteCompiler compiler) {
    private static final Labels OF_ADMISSION = Labels.of("service", Admission.SERVICE);
    private static final Labels OF_COMPILER = Labels.of("service", RouteCompiler.SERVICE);

    /// Alarms; nobody is sent to a process that publishes nothing until a person has acted.
    List<String> notReady() {
        var why = new ArrayList<String>();
        admission.health().alarm().ifPresent(alarm -> why.add(Admission.SERVICE + ": " + alarm));
        compiler.health().alarm().ifPresent(alarm -> why.add(RouteCompiler.SERVICE + ": " + alarm));
        return why;
    }

    MetricSnapshots snapshots() {
        var judge = admission.health();
        var counted = admission.metrics();
        var compiled = compiler.health();
        var all = new ArrayList<MetricSnapshot>();
        all.add(histogram(
                "pilot_proxy_convergence_time",
                "Seconds from a change's record on mesh.config until every living sidecar says it runs it",
                Map.of(Labels.EMPTY, counted.convergence())));
        all.add(histogram(
                "meltemi_publish_seconds",
                "Seconds that a transaction of a control service took",
                Map.of(OF_ADMISSION, counted.publishing(), OF_COMPILER, compiler.publishing())));
        var refusals = new TreeMap<Labels, Number>();
        counted.refusals().forEach((code, count) -> refusals.put(Labels.of("reason", code), count));
        all.add(counter("galley_validation_failed", "Records of mesh.config that were refused", refusals));
        all.add(counter(
                "galley_validation_passed",
                "Records of mesh.config that were accepted, deletions included",
                Map.of(Labels.EMPTY, judge.accepted())));
        all.add(counter(
                "pilot_total_rejected_configs",
                "Accepted documents and registrations that couldn't be compiled or read",
                Map.of(Labels.EMPTY, compiled.refused())));
        all.add(counter("pilot_xds_pushes", "Cuts published", Map.of(Labels.of("type", "cut"), compiled.cuts())));
        all.addAll(gauges(judge, counted.refusedDocuments(), compiled));
        return new MetricSnapshots(all);
    }

    private List<MetricSnapshot> gauges(AdmissionHealth judge, int refusedDocuments, RouteCompilerHealth compiled) {
        var all = new ArrayList<MetricSnapshot>();
        all.add(gauge(
                "meltemi_leader",
                "1 when this process is the active one of a service",
                Map.of(OF_ADMISSION, one(judge.active()), OF_COMPILER, one(compiled.active()))));
        all.add(gauge(
                "meltemi_alarm",
                "1 when a service publishes nothing until somebody acts",
                Map.of(
                        OF_ADMISSION,
                        one(judge.alarm().isPresent()),
                        OF_COMPILER,
                        one(compiled.alarm().isPresent()))));
        all.add(gauge(
                "meltemi_documents",
                "Documents by state: in force, and those whose newest version was refused",
                Map.of(
                        Labels.of("state", "accepted"),
                        judge.documents(),
                        Labels.of("state", "rejected"),
                        refusedDocuments)));
        all.add(gauge("pilot_xds", "Sidecars alive, as admission counts them", Map.of(Labels.EMPTY, judge.sidecars())));
        all.add(gauge(
                "pilot_services", "Services that are compiled", Map.of(Labels.EMPTY, (Number) compiled.routes())));
        all.add(gauge("meltemi_endpoints", "Endpoints that are compiled", Map.of(Labels.EMPTY, compiled.endpoints())));
        all.add(gauge(
                "meltemi_config_offset",
                "Newest offset of mesh.config that a service has worked on",
                Map.of(
                        OF_ADMISSION,
                        judge.lastOffset(),
                        OF_COMPILER,
                        compiled.revision().offset())));
        end().ifPresent(end -> all.add(gauge(
                "meltemi_config_lag",
                "Records of mesh.config that a service has not worked on yet",
                Map.of(
                        OF_ADMISSION,
                        Math.max(0, end - 1 - judge.lastOffset()),
                        OF_COMPILER,
                        Math.max(0, judge.lastOffset() - compiled.revision().offset())))));
        return all;
    }

    /// Empty when no broker answers: a lag that nobody knows isn't nought.
    private OptionalLong end() {
        try {
            return bus.inspect(List.of(Topics.CONFIG)).topics().getFirst().ends().stream()
                    .mapToLong(Long::longValue)
                    .max();
        } catch (BusException e) {
            return OptionalLong.empty();
        }
    }

    private static int one(boolean is) {
        return is ? 1 : 0;
    }

    private static MetricSnapshot histogram(String name, String help, Map<Labels, Timings.Reading> readings) {
        var bounds = new ArrayList<>(Timings.BOUNDS);
        bounds.add(Double.POSITIVE_INFINITY);
        return new HistogramSnapshot(
                new MetricMetadata(name, help),
                readings.entrySet().stream()
                        .map(one -> new HistogramDataPointSnapshot(
                                ClassicHistogramBuckets.of(
                                        bounds,
                                        List.<Number>copyOf(one.getValue().counts())),
                                one.getValue().sum(),
                                one.getKey(),
                                null,
                                0))
                        .toList());
    }

    private static MetricSnapshot counter(String name, String help, Map<Labels, ? extends Number> values) {
        return new CounterSnapshot(
                new MetricMetadata(name, help),
                values.entrySet().stream()
                        .map(one -> new CounterDataPointSnapshot(one.getValue().doubleValue(), one.getKey(), null, 0))
                        .toList());
    }

    private static MetricSnapshot gauge(String name, String help, Map<Labels, ? extends Number> values) {
        return new GaugeSnapshot(
                new MetricMetadata(name, help),
                values.entrySet().stream()
                        .map(one -> new GaugeDataPointSnapshot(one.getValue().doubleValue(), one.getKey(), null))
                        .toList());
    }
}
