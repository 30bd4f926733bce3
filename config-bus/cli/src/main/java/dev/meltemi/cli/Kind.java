package dev.meltemi.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A kind of document and what people call it on a command line.
///
/// @param names singular, plural and short names, lower case
record Kind(String group, String name, List<String> names, boolean namespaced) {
    private static final String NETWORKING = "networking.istio.io";
    private static final String SECURITY = "security.istio.io";
    private static final String GATEWAY_API = "gateway.networking.k8s.io";

    static final List<Kind> ALL = List.of(
            of(NETWORKING, "VirtualService", "virtualservices", "vs"),
            of(NETWORKING, "DestinationRule", "destinationrules", "dr"),
            of(NETWORKING, "Gateway", "gateways", "gw"),
            of(NETWORKING, "ServiceEntry", "serviceentries", "se"),
            of(NETWORKING, "WorkloadEntry", "workloadentries", "we"),
            of(NETWORKING, "WorkloadGroup", "workloadgroups", "wg"),
            of(NETWORKING, "Sidecar", "sidecars"),
            of(NETWORKING, "EnvoyFilter", "envoyfilters"),
            of(NETWORKING, "ProxyConfig", "proxyconfigs"),
            of(SECURITY, "AuthorizationPolicy", "authorizationpolicies", "ap"),
            of(SECURITY, "PeerAuthentication", "peerauthentications", "pa"),
            of(SECURITY, "RequestAuthentication", "requestauthentications", "ra"),
            of("telemetry.istio.io", "Telemetry", "telemetries"),
            of("extensions.istio.io", "WasmPlugin", "wasmplugins"),
            of("extensions.istio.io", "TrafficExtension", "trafficextensions"),
            of("core", "Service", "services", "svc"),
            of("meltemi.dev", "MeshConfig", "meshconfigs"),
            of("meltemi.dev", "RateLimit", "ratelimits"),
            of(GATEWAY_API, "Gateway", "gateways", "gtw"),
            of(GATEWAY_API, "HTTPRoute", "httproutes"),
            of(GATEWAY_API, "GRPCRoute", "grpcroutes"),
            of(GATEWAY_API, "TLSRoute", "tlsroutes"),
            of(GATEWAY_API, "TCPRoute", "tcproutes"),
            of(GATEWAY_API, "UDPRoute", "udproutes"),
            of(GATEWAY_API, "ReferenceGrant", "referencegrants", "refgrant"),
            of(GATEWAY_API, "BackendTLSPolicy", "backendtlspolicies", "btlspolicy"),
            of(GATEWAY_API, "ListenerSet", "listenersets", "lset"),
            of("gateway.networking.x-k8s.io", "XListenerSet", "xlistenersets", "xlset"),
            new Kind(GATEWAY_API, "GatewayClass", List.of("gatewayclass", "gatewayclasses", "gc"), false),
            new Kind("core", "Namespace", List.of("namespace", "namespaces", "ns"), false));

    private static Kind of(String group, String name, String... others) {
        var names = new java.util.ArrayList<>(List.of(name.toLowerCase(Locale.ROOT)));
        names.addAll(Arrays.asList(others));
        return new Kind(group, name, List.copyOf(names), true);
    }

    /// @throws CommandFailure naming the kinds that exist
    static Kind named(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        for (Kind kind : ALL) {
            if (kind.names.contains(wanted)
                    || wanted.equals(kind.names.getFirst() + "." + kind.group)
                    || wanted.equals(kind.names.get(1) + "." + kind.group)) {
                return kind;
            }
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "there is no kind '" + text + "'. Kinds: "
                        + String.join(
                                ", ", ALL.stream().map(k -> k.names.getFirst()).toList()));
    }
}
