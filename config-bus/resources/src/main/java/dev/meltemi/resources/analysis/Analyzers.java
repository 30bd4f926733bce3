package dev.meltemi.resources.analysis;

import java.util.List;

/// What is looked at, in this order.
final class Analyzers {
    static final List<Analyzer> ALL = List.of(
            new Analyzer("authn.BlockedCIDRsAnalyzer", PolicyAnalyzers::jwksFetching),
            new Analyzer("authz.AuthorizationPoliciesAnalyzer", PolicyAnalyzers::authorization),
            new Analyzer("conditions.ConditionAnalyzer", StatusAnalyzers::conditions),
            new Analyzer("deployment.ApplicationUIDAnalyzer", ServiceAnalyzers::users),
            new Analyzer("deployment.ServiceAssociationAnalyzer", ServiceAnalyzers::associations),
            new Analyzer("deprecation.FieldAnalyzer", DeprecationAnalyzers::fields),
            new Analyzer("destinationrule.CaCertificateAnalyzer", DestinationRuleAnalyzers::certificates),
            new Analyzer("destinationrule.PodNotSelectedAnalyzer", DestinationRuleAnalyzers::subsets),
            new Analyzer("envoyfilter.EnvoyPatchAnalyzer", EnvoyFilterAnalyzers::patches),
            new Analyzer("gateway.IngressGatewayPortAnalyzer", GatewayAnalyzers::ports),
            new Analyzer("gateway.CertificateAnalyzer", GatewayAnalyzers::certificates),
            new Analyzer("gateway.ConflictingGatewayAnalyzer", GatewayAnalyzers::conflicts),
            new Analyzer("gateway.SecretAnalyzer", GatewaySecrets::secrets),
            new Analyzer("k8sgateway.SelectorAnalyzer", PolicyAnalyzers::selectorsOnGateways),
            new Analyzer("service.PortNameAnalyzer", ServiceAnalyzers::portNames),
            new Analyzer("serviceentry.ProtocolAddressesAnalyzer", ServiceEntryAnalyzers::addresses),
            new Analyzer("serviceentry.ConflictingServiceEntryProtocolAnalyzer", ServiceEntryAnalyzers::protocols),
            new Analyzer("sidecar.SelectorAnalyzer", SelectorAnalyzers::sidecars),
            new Analyzer("telemetry.DefaultSelectorAnalyzer", SelectorAnalyzers::defaultTelemetries),
            new Analyzer("telemetry.LightstepAnalyzer", TelemetryAnalyzers::lightstep),
            new Analyzer("telemetry.ProviderAnalyzer", TelemetryAnalyzers::providers),
            new Analyzer("telemetry.SelectorAnalyzer", SelectorAnalyzers::telemetries),
            new Analyzer(
                    "virtualservice.ConflictingMeshGatewayHostsAnalyzer", VirtualServiceAnalyzers::conflictingHosts),
            new Analyzer("virtualservice.DestinationHostAnalyzer", VirtualServiceAnalyzers::destinationHosts),
            new Analyzer("virtualservice.DestinationRuleAnalyzer", VirtualServiceAnalyzers::destinationRules),
            new Analyzer("virtualservice.GatewayAnalyzer", GatewayReferences::gateways),
            new Analyzer("virtualservice.JWTClaimRouteAnalyzer", GatewayReferences::jwtClaims),
            // last: what another has said better of the same line isn't said again
            new Analyzer("schema.ValidationAnalyzer", StatusAnalyzers::validation));

    private Analyzers() {}
}
