package dev.meltemi.resources;

import dev.meltemi.resources.Finding.Level;

/// The codes of findings about a document. Istio's where the meaning is the same, so that what people know of them
/// holds; ours otherwise.
public enum Code {
    /// Something that is deprecated but still read.
    IST0002("Deprecated", Level.WARNING),
    /// What the document names doesn't exist: a host, port, subset, gateway, secret, namespace or workload.
    IST0101("ReferencedResourceNotFound", Level.ERROR),
    /// The document breaks its kind's schema or rules.
    IST0106("SchemaValidationError", Level.ERROR),
    /// Several VirtualServices for one host of the mesh: only one of them works.
    IST0109("ConflictingMeshGatewayVirtualServiceHosts", Level.ERROR),
    /// Several Sidecars select one workload.
    IST0110("ConflictingSidecarWorkloadSelectors", Level.ERROR),
    /// Several Sidecars are their namespace's default.
    IST0111("MultipleSidecarsWithoutWorkloadSelectors", Level.ERROR),
    /// A destination without a port, at a service that has several.
    IST0112("VirtualServiceDestinationPortSelectorRequired", Level.ERROR),
    /// One port of a deployment's services, in different protocols.
    IST0116("DeploymentAssociatedToMultipleServices", Level.WARNING),
    /// A port whose name doesn't say its protocol.
    IST0118("PortNameIsNotUnderNamingConvention", Level.INFO),
    /// A policy that selects no workload.
    IST0127("NoMatchingWorkloadsFound", Level.WARNING),
    /// TLS to a destination whose certificate nobody checks.
    IST0128("NoServerCertificateVerificationDestinationLevel", Level.WARNING),
    /// The same for one of its ports.
    IST0129("NoServerCertificateVerificationPortLevel", Level.WARNING),
    /// A rule that can't be reached, because one before it takes everything.
    IST0130("VirtualServiceUnreachableRule", Level.WARNING),
    /// A match that can't be reached, because one before it covers it.
    IST0131("VirtualServiceIneffectiveMatch", Level.INFO),
    /// No host of a VirtualService is one of its gateway's.
    IST0132("VirtualServiceHostNotFoundInGateway", Level.WARNING),
    /// Accepted, but probably not what was meant.
    IST0133("SchemaWarning", Level.WARNING),
    /// A TCP port of a ServiceEntry without addresses, of which traffic can't be told apart.
    IST0134("ServiceEntryAddressesRequired", Level.WARNING),
    /// One target port under different ports of a deployment's services.
    IST0137("DeploymentConflictingPorts", Level.WARNING),
    /// Gateways that share a certificate: a client that reuses a connection is answered with 404.
    IST0138("GatewayDuplicateCertificate", Level.WARNING),
    /// Subsets that a gateway's own rule bypasses.
    IST0140("IngressRouteRulesNotAffected", Level.WARNING),
    /// An application that runs as the proxy's user: its traffic isn't captured.
    IST0144("InvalidApplicationUID", Level.WARNING),
    /// Gateways of one workload that claim the same port and hosts.
    IST0145("ConflictingGateways", Level.ERROR),
    /// A route by claims of a token that nobody checks.
    IST0149("JwtClaimBasedRoutingWithoutRequestAuthN", Level.ERROR),
    /// The port of an ExternalName service, named so that its traffic isn't forwarded well.
    IST0150("ExternalNameServiceTypeInvalidPortName", Level.WARNING),
    /// A patch relative to what others may not have put there yet.
    IST0151("EnvoyFilterUsesRelativeOperation", Level.WARNING),
    /// REPLACE of what can't be replaced.
    IST0152("EnvoyFilterUsesReplaceOperationIncorrectly", Level.ERROR),
    /// ADD to what can't be added to.
    IST0153("EnvoyFilterUsesAddOperationIncorrectly", Level.ERROR),
    /// REMOVE of what can't be removed.
    IST0154("EnvoyFilterUsesRemoveOperationIncorrectly", Level.ERROR),
    /// A relative patch of a name that is patched for some proxy versions only.
    IST0155("EnvoyFilterUsesRelativeOperationWithProxyVersion", Level.WARNING),
    /// Access logging without a provider.
    IST0157("InvalidTelemetryProvider", Level.WARNING),
    /// Several Telemetries select one workload.
    IST0159("ConflictingTelemetryWorkloadSelectors", Level.ERROR),
    /// Several Telemetries are their namespace's default.
    IST0160("MultipleTelemetriesWithoutWorkloadSelectors", Level.ERROR),
    /// A gateway's secret that holds no certificate in force.
    IST0161("InvalidGatewayCredential", Level.ERROR),
    /// A port of a gateway that no Service offers.
    IST0162("GatewayPortNotDefinedOnService", Level.WARNING),
    /// A gateway that the control plane made of the Gateway API's.
    IST0165("ReferencedInternalGateway", Level.WARNING),
    /// A selector on workloads that only a targetRef reaches.
    IST0166("IneffectiveSelector", Level.WARNING),
    /// A policy for proxies that aren't there.
    IST0167("IneffectivePolicy", Level.WARNING),
    /// A status that says no.
    IST0171("NegativeConditionStatus", Level.WARNING),
    /// A subset without workloads: 503 UH.
    IST0173("DestinationRuleSubsetNotSelectPods", Level.ERROR),
    /// A DestinationRule for a host that nobody has.
    IST0174("UnknownDestinationRuleHost", Level.WARNING),
    /// Key sets are fetched from anywhere.
    IST0175("JwksUriFetchUnrestricted", Level.WARNING),
    /// ServiceEntries that disagree on a port's protocol.
    IST0177("ConflictingServiceEntryProtocol", Level.WARNING),
    /// Several DestinationRules say what a host or one of its subsets is; the codes KIA are Kiali's.
    KIA0201("MultipleDestinationRulesForHost", Level.WARNING),
    /// mTLS to the whole mesh, which nobody asks of its servers.
    KIA0205("PeerAuthenticationMissingInMesh", Level.WARNING),
    /// mTLS to a namespace, which nobody asks of its servers.
    KIA0206("PeerAuthenticationMissingInNamespace", Level.WARNING),
    /// Plaintext to servers that take only mTLS, by the mesh's rule.
    KIA0207("PeerAuthenticationStrictInMesh", Level.ERROR),
    /// Plaintext to servers that take only mTLS, by their namespace's rule.
    KIA0208("PeerAuthenticationStrictInNamespace", Level.ERROR),
    /// The weight of an only destination.
    KIA1104("WeightOfOnlyDestination", Level.WARNING),
    /// One destination twice in a rule.
    KIA1105("DestinationRepeated", Level.WARNING),
    /// A workload that no AuthorizationPolicy speaks of.
    KIA1301("WorkloadWithoutAuthorizationPolicy", Level.INFO),
    /// The text is neither YAML nor JSON.
    MESH0101("MalformedText", Level.ERROR),
    /// The record's key isn't the document's.
    MESH0103("KeyMismatch", Level.ERROR),
    /// More than one document for one key.
    MESH0104("SeveralDocuments", Level.ERROR),
    /// Too large, too deep, too many aliases.
    MESH0105("OutOfBounds", Level.ERROR),
    /// A kind, group or version that the mesh doesn't read.
    MESH0106("UnknownKind", Level.ERROR),
    /// Judging failed: a fault of ours.
    MESH0199("InternalFault", Level.ERROR);

    private final String meaning;
    private final Level level;

    Code(String meaning, Level level) {
        this.meaning = meaning;
        this.level = level;
    }

    /// Istio's name of the message, or ours in its manner.
    public String meaning() {
        return meaning;
    }

    /// How bad it usually is; Istio's where the code is.
    public Level level() {
        return level;
    }
}
