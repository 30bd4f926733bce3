package dev.meltemi.rules;

import dev.meltemi.resources.MeshConfig;
import dev.meltemi.resources.MeshTls;
import dev.meltemi.resources.MeshTraffic;
import dev.meltemi.resources.Sidecar;
import dev.meltemi.resources.TrafficPolicy.ConnectionPool;
import dev.meltemi.schemas.compiled.Egress;
import dev.meltemi.schemas.compiled.EgressListener;
import dev.meltemi.schemas.compiled.EscapedSlashes;
import dev.meltemi.schemas.compiled.ForwardedCertificate;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import dev.meltemi.schemas.compiled.PathNormalization;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TlsChoice;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A Sidecar, or what the mesh says of all, with everything that can be compiled from it alone. Which one
/// counts for a workload depends on its labels: proxies choose.
///
/// @param scope key of its record: `Kind/namespace/name`
record Setting(String scope, Settings compiled) implements Entry {
    /// Where rules for the whole mesh live.
    private static final String ROOT_NAMESPACE = "istio-system";

    static Setting of(Sidecar sidecar, long offset, long created) {
        String namespace = sidecar.key().namespace();
        boolean forMesh = namespace.equals(ROOT_NAMESPACE) && !sidecar.selects();
        String scope = "Sidecar/" + sidecar.key().qualifiedName();
        var out = Settings.newBuilder()
                .setRule(scope)
                .setConfigOffset(offset)
                .setCreated(created)
                .setNamespace(forMesh ? "" : namespace)
                .setSelector(new TreeMap<>(sidecar.workloadSelector()))
                .setOutboundTraffic(
                        sidecar.outboundTraffic().map(Setting::compiled).orElse(OutboundTraffic.UNSET));
        sidecar.egress()
                .ifPresent(listeners -> out.setEgress(new Egress(listeners.stream()
                        .map(listener ->
                                new EgressListener(listener.port(), hosts(listener, forMesh ? "." : namespace)))
                        .toList())));
        sidecar.inboundPool().ifPresent(pool -> out.setInboundPool(TrafficPolicies.compiled(pool)));
        var pools = new TreeMap<String, dev.meltemi.schemas.compiled.ConnectionPool>();
        sidecar.portPools().forEach((port, pool) -> pools.put(Integer.toString(port), TrafficPolicies.compiled(pool)));
        return new Setting(scope, out.setInboundPortPools(pools).build());
    }

    static Setting of(MeshConfig mesh, long offset, long created) {
        String scope = "MeshConfig/" + mesh.key().qualifiedName();
        var out = Settings.newBuilder()
                .setRule(scope)
                .setConfigOffset(offset)
                .setCreated(created)
                .setOutboundTraffic(
                        mesh.outboundTraffic().map(Setting::compiled).orElse(OutboundTraffic.UNSET))
                .setUpgradeToHttp2(mesh.upgradesToHttp2());
        mesh.defaultRetries().ifPresent(retries -> out.setDefaultRetries(RouteActions.compiled(retries)));
        mesh.connectTimeout()
                .or(() -> mesh.traffic().connectionPool().flatMap(ConnectionPool::connectTimeout))
                .ifPresent(timeout -> out.setConnectTimeoutUs(Micros.of(timeout)));
        mesh.dnsRefreshRate().ifPresent(rate -> out.setDnsRefreshUs(Micros.of(rate)));
        mesh.protocolDetectionTimeout().ifPresent(timeout -> out.setProtocolDetectionTimeoutUs(Micros.of(timeout)));
        out.setPathNormalization(
                switch (mesh.entrance().pathNormalization()) {
                    case "NONE" -> PathNormalization.NONE;
                    case "MERGE_SLASHES" -> PathNormalization.MERGE_SLASHES;
                    case "DECODE_AND_MERGE_SLASHES" -> PathNormalization.DECODE_AND_MERGE_SLASHES;
                    default -> PathNormalization.UNSET;
                });
        out.setTrustedProxies(mesh.entrance().trustedProxies());
        out.setForwardedCertificate(
                switch (mesh.entrance().forwardedCertificate()) {
                    case "SANITIZE" -> ForwardedCertificate.SANITIZE;
                    case "FORWARD_ONLY" -> ForwardedCertificate.FORWARD_ONLY;
                    case "APPEND_FORWARD" -> ForwardedCertificate.APPEND_FORWARD;
                    case "SANITIZE_SET" -> ForwardedCertificate.SANITIZE_SET;
                    case "ALWAYS_FORWARD_ONLY" -> ForwardedCertificate.ALWAYS_FORWARD_ONLY;
                    default -> ForwardedCertificate.UNSET;
                });
        out.setEscapedSlashes(EscapedSlashes.valueOf(mesh.entrance().escapedSlashes()));
        traffic(mesh.traffic(), out);
        out.setMeshTls(compiled(mesh.tls().mesh()));
        out.setOtherTls(compiled(mesh.tls().others()));
        return new Setting(scope, out.build());
    }

    private static void traffic(MeshTraffic said, Settings.Builder out) {
        said.connectionPool().ifPresent(pool -> out.setConnectionPool(TrafficPolicies.compiled(pool)));
        said.outlierDetection().ifPresent(outlier -> out.setOutlierDetection(TrafficPolicies.compiled(outlier)));
        said.keepalive().ifPresent(keepalive -> out.setTcpKeepalive(TrafficPolicies.compiled(keepalive)));
        said.locality().ifPresent(locality -> out.setLocality(TrafficPolicies.compiled(locality)));
    }

    private static @Nullable TlsChoice compiled(MeshTls.Choice choice) {
        return choice.saysNothing() ? null : new TlsChoice(choice.minVersion(), choice.cipherSuites(), choice.curves());
    }

    private static OutboundTraffic compiled(Sidecar.OutboundTraffic traffic) {
        return switch (traffic) {
            case ALLOW_ANY -> OutboundTraffic.ALLOW_ANY;
            case REGISTRY_ONLY -> OutboundTraffic.REGISTRY_ONLY;
        };
    }

    /// `./host` and `~./host` get the namespace; `~/host` is short for `~*` and a slash.
    private static List<String> hosts(Sidecar.EgressListener listener, String own) {
        return listener.hosts().stream()
                .map(host -> {
                    boolean not = host.startsWith("~");
                    int slash = host.indexOf('/');
                    String namespace = host.substring(not ? 1 : 0, slash);
                    String named = namespace.equals(".") ? own : namespace.isEmpty() ? "*" : namespace;
                    String name = host.substring(slash).toLowerCase(Locale.ROOT);
                    return (not ? "~" : "")
                            + named
                            + (name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
                })
                .toList();
    }
}
