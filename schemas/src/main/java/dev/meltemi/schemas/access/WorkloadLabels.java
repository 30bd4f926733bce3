package dev.meltemi.schemas.access;

import java.util.Map;

/// One side of an edge, in the words of Istio's metric labels, with Istio's fallbacks (`unknown`, revision `latest`).
public record WorkloadLabels(
        String workload,
        String namespace,
        String principal,
        String app,
        String version,
        String cluster,
        String canonicalService,
        String canonicalRevision) {
    private static final String UNKNOWN = "unknown";
    public static final WorkloadLabels NOBODY =
            new WorkloadLabels(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "latest");

    /// From the labels of a workload: canonical names as Istio derives them (`service.istio.io/canonical-name`,
    /// `app.kubernetes.io/name`, `app`, workload name).
    public static WorkloadLabels of(String workload, String namespace, Map<String, String> labels, String cluster) {
        String app = labels.getOrDefault("app", UNKNOWN);
        String version = labels.getOrDefault("version", UNKNOWN);
        return new WorkloadLabels(
                workload.isEmpty() ? UNKNOWN : workload,
                namespace.isEmpty() ? UNKNOWN : namespace,
                UNKNOWN,
                app,
                version,
                cluster,
                first(
                        labels,
                        workload.isEmpty() ? UNKNOWN : workload,
                        "service.istio.io/canonical-name",
                        "app.kubernetes.io/name",
                        "app"),
                first(labels, "latest", "service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"));
    }

    /// The same workload, proven by a certificate.
    ///
    /// @param proven SPIFFE id, with scheme, as in Istio's labels
    public WorkloadLabels withPrincipal(String proven) {
        return new WorkloadLabels(
                workload, namespace, proven, app, version, cluster, canonicalService, canonicalRevision);
    }

    private static String first(Map<String, String> labels, String otherwise, String... names) {
        for (String name : names) {
            String value = labels.get(name);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return otherwise;
    }
}
