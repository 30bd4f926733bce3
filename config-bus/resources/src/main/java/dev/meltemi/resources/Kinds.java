package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// The kinds that the mesh reads.
final class Kinds {
    private static final List<Kind> ALL = List.of(
            VirtualServices.KIND,
            DestinationRules.KIND,
            Gateways.KIND,
            ServiceEntries.KIND,
            WorkloadEntries.KIND,
            WorkloadGroups.KIND,
            Sidecars.KIND,
            ProxyConfigs.KIND,
            EnvoyFilters.KIND,
            AuthorizationPolicies.KIND,
            PeerAuthentications.KIND,
            RequestAuthentications.KIND,
            Telemetries.KIND,
            WasmPlugins.KIND,
            TrafficExtensions.KIND,
            KubernetesGateways.CLASS,
            KubernetesGateways.GATEWAY,
            HttpRoutes.HTTP,
            HttpRoutes.GRPC,
            ConnectionRoutes.TLS,
            ConnectionRoutes.TCP,
            ConnectionRoutes.UDP,
            ReferenceGrants.KIND,
            BackendTlsPolicies.KIND,
            KubernetesGateways.LISTENERS,
            KubernetesGateways.X_LISTENERS,
            MeshConfigs.KIND,
            Services.KIND,
            Namespaces.KIND);

    private static final Map<String, Kind> BY_GROUP_AND_NAME = index();

    private Kinds() {}

    private static Map<String, Kind> index() {
        Map<String, Kind> index = new LinkedHashMap<>();
        ALL.forEach(kind -> index.put(kind.group() + "/" + kind.name(), kind));
        return index;
    }

    /// Reports why when there is none.
    static Optional<Kind> of(Part document, Report report) {
        if (!document.fields().containsKey("kind") || !document.has("apiVersion")) {
            report.error(
                    Code.IST0106,
                    document,
                    "is no resource: expected an object with apiVersion, kind, metadata and spec",
                    "kinds: " + names());
            return Optional.empty();
        }
        String apiVersion = document.text("apiVersion");
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        Kind kind = BY_GROUP_AND_NAME.get(group + "/" + document.text("kind"));
        if (kind == null) {
            refuse(document, group, report);
        } else if (!kind.apiVersions().contains(apiVersion)) {
            report.error(
                    Code.MESH0106,
                    document.at("apiVersion"),
                    "\"" + apiVersion + "\" is no version of " + kind.name(),
                    "expected " + String.join(" or ", kind.apiVersions()));
            return Optional.empty();
        }
        return Optional.ofNullable(kind);
    }

    private static void refuse(Part document, String group, Report report) {
        String name = document.text("kind");
        Optional<Kind> namesake =
                ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
        if (group.isEmpty() && name.equals("Secret")) {
            report.error(
                    Code.MESH0106,
                    document.at("kind"),
                    "a Secret isn't taken: a private key in a topic is everybody's who may read the topic, for ever",
                    "keep the key beside the gateway that needs it, and name it there");
        } else if (namesake.isPresent()) {
            report.error(
                    Code.MESH0106,
                    document.at("apiVersion"),
                    "\"" + document.text("apiVersion") + "\" has no " + name,
                    "did you mean \"" + namesake.get().apiVersions().getFirst() + "\"?");
        } else {
            report.error(
                    Code.MESH0106, document.at("kind"), "\"" + name + "\" isn't read by the mesh", "kinds: " + names());
        }
    }

    static List<Kind> all() {
        return ALL;
    }

    private static String names() {
        var names = new TreeSet<String>();
        ALL.forEach(kind -> names.add(kind.name()));
        return String.join(", ", names);
    }
}
