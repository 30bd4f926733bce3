package dev.meltemi.conformance;

import dev.meltemi.routing.Decision;
import dev.meltemi.routing.ProxyFailure;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where a request goes, as cases name it: `outbound|9080|v1|reviews.default.svc.cluster.local` is port 9080 of subset
/// v1 of that host.
final class Destination {
    private Destination() {}

    /// A destination that doesn't exist was chosen all the same.
    static boolean is(Decision decision) {
        return decision instanceof Decision.Forward
                || (decision instanceof Decision.Refuse refuse && refuse.failure() instanceof ProxyFailure.NoCluster);
    }

    static String name(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> forward.cluster().name();
            case Decision.Refuse refuse -> refuse.failure() + "";
            case Decision.Redirect _, Decision.Respond _ -> "";
        };
    }

    /// In a few words.
    static String told(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> "forwarded to " + forward.cluster().name();
            case Decision.Redirect redirect -> "redirected to " + redirect.location();
            case Decision.Respond respond -> "answered with " + respond.status();
            case Decision.Refuse refuse -> "refused: " + refuse.failure();
        };
    }

    static String subset(String cluster) {
        String[] parts = cluster.split("\\|", -1);
        return parts.length == 4 ? parts[2] : "";
    }

    /// `namespace/name` of a Kubernetes Service, else the host.
    static String service(String cluster) {
        String host = cluster.substring(cluster.lastIndexOf('|') + 1);
        String[] labels = host.split("\\.", 3);
        return labels.length == 3 && labels[2].startsWith("svc.") ? labels[1] + "/" + labels[0] : host;
    }

    static Map<String, Object> of(String cluster, double weight) {
        String[] parts = cluster.split("\\|", -1);
        var destination = new LinkedHashMap<String, Object>();
        destination.put("host", parts.length == 4 ? parts[3] : cluster);
        if (parts.length == 4) {
            if (!parts[2].isEmpty()) {
                destination.put("subset", parts[2]);
            }
            destination.put("port", Integer.parseInt(parts[1]));
        }
        destination.put("weight", weight);
        return destination;
    }
}
