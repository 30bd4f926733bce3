package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.OutgoingHead;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.spiffe.SpiffeId;
import io.netty.util.AsciiString;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a proxy tells another over mesh mTLS which workload it stands beside: one header, with the first
/// request of a connection.
final class PeerLabels {
    static final AsciiString HEADER = OutgoingHead.INTRODUCTION;
    /// What Istio's proxies send along; nothing is read from it.
    static final AsciiString ID_HEADER = AsciiString.cached("x-envoy-peer-metadata-id");

    /// A longer one isn't read, so that no peer makes us keep much.
    private static final int MOST_CHARACTERS = 2048;

    private static final String UNKNOWN = "unknown";

    private PeerLabels() {}

    /// `workload=productpage-v1&app=productpage&version=v1&cluster=Kubernetes&service=productpage&revision=v1`.
    static String encoded(Workload self) {
        WorkloadLabels own = self.telemetryLabels();
        return "workload=" + encoded(own.workload()) + "&app=" + encoded(own.app()) + "&version="
                + encoded(own.version()) + "&cluster=" + encoded(own.cluster()) + "&service="
                + encoded(own.canonicalService()) + "&revision=" + encoded(own.canonicalRevision());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// A peer is believed in what it calls itself, but its namespace is what its certificate says.
    ///
    /// @return null when that can't be read
    static @Nullable WorkloadLabels read(String header, SpiffeId proven) {
        if (header.length() > MOST_CHARACTERS) {
            return null;
        }
        Map<String, String> said = new HashMap<>();
        for (String pair : header.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                return null;
            }
            try {
                said.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException _) {
                return null;
            }
        }
        return said.containsKey("workload") ? labels(said, proven) : null;
    }

    private static WorkloadLabels labels(Map<String, String> said, SpiffeId proven) {
        return new WorkloadLabels(
                said.getOrDefault("workload", UNKNOWN),
                proven.namespace(),
                proven.uri(),
                said.getOrDefault("app", UNKNOWN),
                said.getOrDefault("version", UNKNOWN),
                said.getOrDefault("cluster", UNKNOWN),
                said.getOrDefault("service", UNKNOWN),
                said.getOrDefault("revision", "latest"));
    }
}
