package dev.meltemi.resources.analysis;

import dev.meltemi.resources.BackendTlsPolicy;
import dev.meltemi.resources.Code;
import dev.meltemi.resources.Documents;
import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.Protocol;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.ServicePort;
import dev.meltemi.resources.Verdict;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.status.BackendTlsStatus;
import dev.meltemi.resources.status.Condition;
import dev.meltemi.resources.status.GatewayStatus;
import dev.meltemi.resources.status.RouteStatus;
import dev.meltemi.resources.status.Surroundings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What routes and gateways of the Gateway API come to beside the others: the conditions that admission would write
/// into their statuses, where they say no.
final class RouteAnalyzers {
    private static final String GATEWAY_API = "gateway.networking.k8s.io";
    private static final Type GRANT = new Type(GATEWAY_API, "ReferenceGrant");

    private static final Type BACKEND_TLS = new Type(GATEWAY_API, "BackendTLSPolicy");

    private static final List<Type> READ = List.of(
            Type.KUBERNETES_GATEWAY,
            Type.HTTP_ROUTE,
            Type.GRPC_ROUTE,
            new Type(GATEWAY_API, "TLSRoute"),
            new Type(GATEWAY_API, "TCPRoute"),
            BACKEND_TLS,
            GRANT,
            Type.NAMESPACE,
            Type.SERVICE,
            Type.SERVICE_ENTRY);

    private RouteAnalyzers() {}

    static void attachments(Scene scene, Notes notes) {
        Map<View, Resource> read = read(scene);
        var surroundings = new Surroundings(read.values(), registered(scene));
        read.forEach((view, resource) -> {
            if (resource instanceof KubernetesRoute route) {
                route(view, route, surroundings, scene, notes);
            } else if (resource instanceof KubernetesGateway gateway) {
                gateway(view, gateway, surroundings, scene, notes);
            } else if (resource instanceof BackendTlsPolicy policy) {
                backendTls(view, policy, surroundings, scene, notes);
            }
        });
    }

    private static Map<String, List<ServicePort>> registered(Scene scene) {
        return scene.settings().hosts().stream()
                .collect(Collectors.toMap(
                        KnownHost::name,
                        host -> host.ports().stream()
                                .map(port -> new ServicePort(port, "", Protocol.UNSPECIFIED, port))
                                .toList(),
                        (one, other) -> one));
    }

    /// What doesn't pass alone is another analyzer's.
    private static Map<View, Resource> read(Scene scene) {
        Map<View, Resource> read = new LinkedHashMap<>();
        for (Type type : READ) {
            for (View view : scene.all(type)) {
                if (Documents.judge(view.text(), Optional.empty()) instanceof Verdict.Accepted accepted) {
                    read.put(view, accepted.resource());
                }
            }
        }
        return read;
    }

    private static void route(View view, KubernetesRoute route, Surroundings surroundings, Scene scene, Notes notes) {
        List<Part> parents = view.spec().items("parentRefs");
        int at = 0;
        for (var status : RouteStatus.of(route, surroundings)) {
            Part parent = parents.get(at++);
            for (Condition condition : status.conditions()) {
                boolean ofParent = condition.type().equals("Accepted");
                if (!condition.holds()
                        && knows(scene, condition, status.parent().to())) {
                    note(view, ofParent ? parent : view.spec().at("rules"), condition, notes);
                }
            }
        }
    }

    private static void gateway(
            View view, KubernetesGateway gateway, Surroundings surroundings, Scene scene, Notes notes) {
        List<Part> listeners = view.spec().items("listeners");
        int at = 0;
        for (var status : GatewayStatus.of(gateway, surroundings)) {
            Part listener = listeners.get(at++);
            for (Condition condition : status.conditions()) {
                boolean no = !condition.holds() && !condition.message().isEmpty();
                // what isn't open says so already when it is validated, and Programmed only follows
                boolean news = !condition.reason().equals("UnsupportedProtocol")
                        && !condition.reason().equals("Invalid");
                if (no && news && (!condition.reason().equals("RefNotPermitted") || scene.knows(GRANT))) {
                    note(view, listener, condition, notes);
                }
            }
        }
    }

    private static void backendTls(
            View view, BackendTlsPolicy policy, Surroundings surroundings, Scene scene, Notes notes) {
        List<Part> targets = view.spec().items("targetRefs");
        int at = 0;
        for (var status : BackendTlsStatus.of(policy, surroundings)) {
            Part target = targets.get(at++);
            for (Condition condition : status.conditions()) {
                boolean known = !condition.reason().equals("TargetNotFound") || scene.knowsHosts();
                if (!condition.holds() && known) {
                    boolean ofTarget = condition.reason().equals("TargetNotFound")
                            || condition.reason().equals("Conflicted");
                    note(view, ofTarget ? target : view.spec().at("validation"), condition, notes);
                }
            }
        }
    }

    /// Whether what lacks is really absent, and not only unknown here.
    private static boolean knows(Scene scene, Condition condition, ObjectReference parent) {
        return switch (condition.reason()) {
            case "NoMatchingParent" ->
                parent.kind().equals("Gateway") ? scene.knows(Type.KUBERNETES_GATEWAY) : scene.knowsHosts();
            case "BackendNotFound" -> scene.knowsHosts();
            case "RefNotPermitted" -> scene.knows(GRANT);
            case "NotAllowedByListeners" -> scene.knows(Type.NAMESPACE) || !selects(scene);
            default -> true;
        };
    }

    /// Whether any listener takes routes by their namespace's labels.
    private static boolean selects(Scene scene) {
        return scene.all(Type.KUBERNETES_GATEWAY).stream()
                .flatMap(view -> view.spec().items("listeners").stream())
                .anyMatch(listener ->
                        listener.at("allowedRoutes").at("namespaces").has("selector"));
    }

    private static void note(View view, Part at, Condition condition, Notes notes) {
        boolean missing = condition.reason().equals("NoMatchingParent")
                || condition.reason().equals("TargetNotFound")
                || condition.reason().equals("BackendNotFound");
        notes.once(missing ? Code.IST0101 : Code.IST0171, view, at, condition.reason() + ": " + condition.message());
    }
}
