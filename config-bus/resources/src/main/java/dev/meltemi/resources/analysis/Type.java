package dev.meltemi.resources.analysis;

import java.util.Set;

/// Group and kind of a document. Its version makes no difference here.
///
/// @param group empty for core kinds
record Type(String group, String kind) {
    private static final String NETWORKING = "networking.istio.io";
    private static final String SECURITY = "security.istio.io";
    private static final String GATEWAY_API = "gateway.networking.k8s.io";

    static final Type VIRTUAL_SERVICE = new Type(NETWORKING, "VirtualService");
    static final Type DESTINATION_RULE = new Type(NETWORKING, "DestinationRule");
    static final Type GATEWAY = new Type(NETWORKING, "Gateway");
    static final Type SERVICE_ENTRY = new Type(NETWORKING, "ServiceEntry");
    static final Type WORKLOAD_ENTRY = new Type(NETWORKING, "WorkloadEntry");
    static final Type SIDECAR = new Type(NETWORKING, "Sidecar");
    static final Type ENVOY_FILTER = new Type(NETWORKING, "EnvoyFilter");
    static final Type AUTHORIZATION_POLICY = new Type(SECURITY, "AuthorizationPolicy");
    static final Type REQUEST_AUTHENTICATION = new Type(SECURITY, "RequestAuthentication");
    static final Type PEER_AUTHENTICATION = new Type(SECURITY, "PeerAuthentication");
    static final Type TELEMETRY = new Type("telemetry.istio.io", "Telemetry");
    static final Type WASM_PLUGIN = new Type("extensions.istio.io", "WasmPlugin");
    static final Type KUBERNETES_GATEWAY = new Type(GATEWAY_API, "Gateway");
    static final Type HTTP_ROUTE = new Type(GATEWAY_API, "HTTPRoute");
    static final Type GRPC_ROUTE = new Type(GATEWAY_API, "GRPCRoute");
    static final Type SERVICE = new Type("", "Service");
    static final Type NAMESPACE = new Type("", "Namespace");
    static final Type POD = new Type("", "Pod");
    static final Type NODE = new Type("", "Node");
    static final Type SECRET = new Type("", "Secret");
    static final Type DEPLOYMENT = new Type("apps", "Deployment");
    static final Type CUSTOM_RESOURCE_DEFINITION = new Type("apiextensions.k8s.io", "CustomResourceDefinition");
    static final Type MESH_CONFIG = new Type("meltemi.dev", "MeshConfig");

    private static final Set<String> WITHOUT_NAMESPACE = Set.of(
            "Namespace",
            "Node",
            "CustomResourceDefinition",
            "GatewayClass",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ClusterRole",
            "ClusterRoleBinding");

    /// @param apiVersion `group/version`, or only a version for core kinds
    static Type of(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        return new Type(slash < 0 ? "" : apiVersion.substring(0, slash), kind);
    }

    /// Belongs to a namespace.
    boolean namespaced() {
        return !WITHOUT_NAMESPACE.contains(kind);
    }

    /// Of a group whose documents the mesh reads, so that a kind that it doesn't know is a mistake.
    boolean ofTheMesh() {
        return group.endsWith(".istio.io")
                || group.equals(GATEWAY_API)
                || group.equals(MESH_CONFIG.group)
                || equals(SERVICE)
                || equals(NAMESPACE);
    }
}
