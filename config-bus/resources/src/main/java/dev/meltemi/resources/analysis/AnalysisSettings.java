package dev.meltemi.resources.analysis;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What analysis is told beside the documents.
///
/// @param analyzers Istio's names of those that run (`virtualservice.GatewayAnalyzer`); empty for all
/// @param meshConfig YAML of Istio's MeshConfig
/// @param complete the documents say everything that exists; otherwise what no document speaks of (workloads, secrets,
///     namespaces) isn't missed
/// @param ingressGateway suppose Istio's default gateway (a workload `istio=ingressgateway` of the root namespace with
///     ports 80, 443, 15443 and 31400), when no document of it is there
/// @param workloads that run, beside those in documents; empty when nobody looked
/// @param hosts that these workloads offer, beside those in documents
/// @param suppressions findings to leave out
/// @param now certificates are valid or not at this time
public record AnalysisSettings(
        Set<String> analyzers,
        Optional<String> meshConfig,
        boolean complete,
        boolean ingressGateway,
        Optional<List<Workload>> workloads,
        List<KnownHost> hosts,
        List<Suppression> suppressions,
        Instant now) {
    public AnalysisSettings {
        analyzers = Set.copyOf(analyzers);
        workloads = workloads.map(List::copyOf);
        hosts = List.copyOf(hosts);
        suppressions = List.copyOf(suppressions);
    }

    /// Files before they are applied: what they don't speak of may well exist.
    public static AnalysisSettings files(Instant now) {
        return new AnalysisSettings(
                Set.of(), Optional.empty(), false, true, Optional.empty(), List.of(), List.of(), now);
    }

    /// All there is, and Istio's default gateway.
    public static AnalysisSettings everything(Instant now) {
        return new AnalysisSettings(
                Set.of(), Optional.empty(), true, true, Optional.empty(), List.of(), List.of(), now);
    }

    /// A running mesh.
    public static AnalysisSettings mesh(Instant now, List<Workload> workloads, List<KnownHost> hosts) {
        return new AnalysisSettings(
                Set.of(), Optional.empty(), false, false, Optional.of(workloads), hosts, List.of(), now);
    }

    public AnalysisSettings only(String analyzer) {
        return new AnalysisSettings(
                Set.of(analyzer), meshConfig, complete, ingressGateway, workloads, hosts, suppressions, now);
    }

    public AnalysisSettings withMeshConfig(String yaml) {
        return new AnalysisSettings(
                analyzers, Optional.of(yaml), complete, ingressGateway, workloads, hosts, suppressions, now);
    }

    public AnalysisSettings without(List<Suppression> known) {
        return new AnalysisSettings(analyzers, meshConfig, complete, ingressGateway, workloads, hosts, known, now);
    }
}
