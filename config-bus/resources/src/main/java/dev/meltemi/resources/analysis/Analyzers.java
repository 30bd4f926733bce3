package dev.meltemi.resources.analysis;

import java.util.List;

/// What is looked at, in this order.
final class Analyzers {
    static final List<Analyzer> ALL = List.of(
            Analyzer.ofAll("authn.BlockedCIDRsAnalyzer", PolicyAnalyzers::jwksFetching),
            Analyzer.ofAll("authz.AuthorizationPoliciesAnalyzer", PolicyAnalyzers::authorization),
            Analyzer.ofAll("conditions.ConditionAnalyzer", StatusAnalyzers::conditions),
            Analyzer.ofAll("deployment.ApplicationUIDAnalyzer", ServiceAnalyzers::users),
            Analyzer.ofAll("deployment.ServiceAssociationAnalyzer", ServiceAnalyzers::associations),
            Analyzer.ofAll("deprecation.FieldAnalyzer", DeprecationAnalyzers::fields),
            Analyzer.ofAll("destinationrule.CaCertificateAnalyzer", DestinationRuleAnalyzers::certificates),
            Analyzer.ofAll("destinationrule.PodNotSelectedAnalyzer", DestinationRuleAnalyzers::subsets),
            Analyzer.ofAll("envoyfilter.EnvoyPatchAnalyzer", EnvoyFilterAnalyzers::patches),
            Analyzer.ofAll("gateway.IngressGatewayPortAnalyzer", GatewayAnalyzers::ports),
            Analyzer.ofNeighbours("gateway.CertificateAnalyzer", GatewayAnalyzers::certificates),
            Analyzer.ofNeighbours("gateway.ConflictingGatewayAnalyzer", GatewayAnalyzers::conflicts),
            Analyzer.ofAll("gateway.SecretAnalyzer", GatewaySecrets::secrets),
            Analyzer.ofAll("k8sgateway.AttachmentAnalyzer", RouteAnalyzers::attachments),
            Analyzer.ofAll("k8sgateway.SelectorAnalyzer", PolicyAnalyzers::selectorsOnGateways),
            Analyzer.ofAll("service.PortNameAnalyzer", ServiceAnalyzers::portNames),
            Analyzer.ofAll("serviceentry.ProtocolAddressesAnalyzer", ServiceEntryAnalyzers::addresses),
            Analyzer.ofNeighbours(
                    "serviceentry.ConflictingServiceEntryProtocolAnalyzer", ServiceEntryAnalyzers::protocols),
            Analyzer.ofNeighbours("sidecar.SelectorAnalyzer", SelectorAnalyzers::sidecars),
            Analyzer.ofNeighbours("telemetry.DefaultSelectorAnalyzer", SelectorAnalyzers::defaultTelemetries),
            Analyzer.ofAll("telemetry.LightstepAnalyzer", TelemetryAnalyzers::lightstep),
            Analyzer.ofAll("telemetry.ProviderAnalyzer", TelemetryAnalyzers::providers),
            Analyzer.ofAll("telemetry.SelectorAnalyzer", SelectorAnalyzers::telemetries),
            Analyzer.ofNeighbours("virtualservice.ConflictingMeshGatewayHostsAnalyzer", HostConflicts::conflicts),
            Analyzer.ofNeighbours("virtualservice.DestinationHostAnalyzer", VirtualServiceAnalyzers::destinationHosts),
            Analyzer.ofNeighbours("virtualservice.DestinationRuleAnalyzer", VirtualServiceAnalyzers::destinationRules),
            Analyzer.ofNeighbours("virtualservice.GatewayAnalyzer", GatewayReferences::gateways),
            Analyzer.ofAll("virtualservice.JWTClaimRouteAnalyzer", GatewayReferences::jwtClaims),
            Analyzer.ofAll("kiali.NoAuthorizationPolicy", PolicyAnalyzers::uncovered),
            Analyzer.ofAll("kiali.MutualTls", PeerModes::partners),
            Analyzer.ofNeighbours("kiali.DestinationRules", Repetitions::destinationRules),
            Analyzer.ofAll("kiali.Destinations", Repetitions::destinations),
            // last: what another has said better of the same line isn't said again
            Analyzer.ofAll("schema.ValidationAnalyzer", StatusAnalyzers::validation));

    private Analyzers() {}
}
