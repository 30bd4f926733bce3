package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.freeForm;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// What a mesh config says of all proxies: Istio's ProxyConfig, of which gateways heed where they stand.
final class ProxyDefaults {
    private static final String COMMAND_LINE = "a proxy is told by its command line: see meltemi sidecar --help";

    private static final Struct TOPOLOGY = struct().field("numTrustedProxies", whole(0, 255))
            .field(
                    "forwardClientCertDetails",
                    choice(
                            "UNDEFINED",
                            "SANITIZE",
                            "FORWARD_ONLY",
                            "APPEND_FORWARD",
                            "SANITIZE_SET",
                            "ALWAYS_FORWARD_ONLY"))
            .notYet("proxyProtocol", freeForm(), "PROXY protocol isn't read");

    private static final List<String> OTHERS = List.of(
            "configPath",
            "binaryPath",
            "serviceCluster",
            "clusterName",
            "drainDuration",
            "parentShutdownDuration",
            "discoveryAddress",
            "discoveryRefreshDelay",
            "zipkinAddress",
            "statsdUdpAddress",
            "envoyMetricsServiceAddress",
            "envoyMetricsService",
            "envoyAccessLogService",
            "connectTimeout",
            "proxyAdminPort",
            "availabilityZone",
            "controlPlaneAuthPolicy",
            "customConfigFile",
            "statNameLength",
            "concurrency",
            "proxyBootstrapTemplatePath",
            "interceptionMode",
            "tracing",
            "sds",
            "tracingServiceName",
            "proxyMetadata",
            "runtimeValues",
            "statusPort",
            "extraStatTags",
            "terminationDrainDuration",
            "meshId",
            "readinessProbe",
            "proxyStatsMatcher",
            "holdApplicationUntilProxyStarts",
            "caCertificatesPem",
            "image",
            "privateKeyProvider",
            "proxyHeaders",
            "fileFlushInterval",
            "fileFlushMinSizeKb",
            "statsCompression",
            "statsEvictionInterval");

    static final Struct SHAPE = shape();

    private ProxyDefaults() {}

    private static Struct shape() {
        Struct shape = struct().field("gatewayTopology", TOPOLOGY);
        for (String other : OTHERS) {
            shape = shape.notYet(other, freeForm(), COMMAND_LINE);
        }
        return shape;
    }
}
