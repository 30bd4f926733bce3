package dev.meltemi.export;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.Edge.Reporter;
import dev.meltemi.schemas.access.Edge.Service;
import dev.meltemi.schemas.access.WorkloadLabels;
import io.prometheus.metrics.model.snapshots.Labels;

/// What tells one series from another: of an edge only what Istio makes labels of, so that endpoints, routes and
/// revisions of the same two workloads share a series.
record SeriesKey(
        Reporter reporter,
        WorkloadLabels source,
        WorkloadLabels destination,
        Service service,
        String protocol,
        String security,
        int code,
        String grpcStatus,
        String flags) {
    static SeriesKey of(Edge edge, int code, String grpcStatus, String flags) {
        return new SeriesKey(
                edge.reporter(),
                edge.source(),
                edge.destination(),
                edge.service(),
                edge.way().requestProtocol(),
                // Istio's source side can't say; dashboards expect exactly that.
                edge.reporter() == Reporter.source ? "unknown" : edge.way().connectionSecurityPolicy(),
                code,
                grpcStatus,
                flags);
    }

    /// Where requests go that would be one series too many: what is left tells errors from successes.
    SeriesKey beyondLimit() {
        return new SeriesKey(
                reporter,
                WorkloadLabels.NOBODY,
                WorkloadLabels.NOBODY,
                Service.UNKNOWN,
                "unknown",
                "unknown",
                code / 100 * 100,
                "",
                "-");
    }

    /// Istio's labels for HTTP: those for TCP and what came of the request.
    Labels labels() {
        return connectionLabels()
                .merge(Labels.of("response_code", Integer.toString(code), "grpc_response_status", grpcStatus));
    }

    /// Istio's labels for TCP.
    Labels connectionLabels() {
        return Labels.of(
                "reporter", reporter.name(),
                "source_workload", source.workload(),
                "source_canonical_service", source.canonicalService(),
                "source_canonical_revision", source.canonicalRevision(),
                "source_workload_namespace", source.namespace(),
                "source_principal", source.principal(),
                "source_app", source.app(),
                "source_version", source.version(),
                "source_cluster", source.cluster(),
                "destination_workload", destination.workload(),
                "destination_workload_namespace", destination.namespace(),
                "destination_principal", destination.principal(),
                "destination_app", destination.app(),
                "destination_version", destination.version(),
                "destination_service", service.host(),
                "destination_canonical_service", destination.canonicalService(),
                "destination_canonical_revision", destination.canonicalRevision(),
                "destination_service_name", service.name(),
                "destination_service_namespace", service.namespace(),
                "destination_cluster", destination.cluster(),
                "request_protocol", protocol,
                "response_flags", flags,
                "connection_security_policy", security);
    }
}
