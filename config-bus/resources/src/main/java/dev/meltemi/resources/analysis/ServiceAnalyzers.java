package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.Protocol;
import dev.meltemi.resources.shape.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Services, the workloads behind them and the names of their ports.
final class ServiceAnalyzers {
    /// Servers that speak first, so that nobody sniffs these ports: SMTP, DNS, MySQL, MongoDB.
    private static final Set<Long> WELL_KNOWN = Set.of(25L, 53L, 3306L, 27017L);

    private static final String MANAGED = "gateway.istio.io/managed";
    private static final Set<String> MANAGERS =
            Set.of("istio.io-gateway-controller", "istio.io-mesh-controller", "istio.io-eastwest-controller");

    private static final long PROXY_USER = 1337;

    private ServiceAnalyzers() {}

    static void portNames(Scene scene, Notes notes) {
        for (View service : scene.all(Type.SERVICE)) {
            if (ofControlPlane(service) || MANAGERS.contains(service.labels().getOrDefault(MANAGED, ""))) {
                continue;
            }
            boolean external = service.spec().text("type").equals("ExternalName");
            for (Part port : service.spec().items("ports")) {
                String name = port.text("name");
                boolean unnamed = Protocol.ofServicePort(port) == Protocol.UNSPECIFIED
                        && !WELL_KNOWN.contains(port.whole("port"));
                if (external && (unnamed || name.equals("tcp"))) {
                    notes.add(
                            Code.IST0150,
                            service,
                            port,
                            "the port name \"" + name + "\" of an ExternalName service doesn't say what is spoken: its"
                                    + " traffic may not be forwarded",
                            "name it after the protocol, such as http or tls-" + name);
                } else if (unnamed) {
                    notes.add(
                            Code.IST0118,
                            service,
                            port,
                            "the name \"" + name + "\" of port " + port.whole("port")
                                    + " doesn't say what is spoken: it has to be guessed from the first bytes",
                            "name it after the protocol, such as http-" + (name.isEmpty() ? "web" : name)
                                    + ", or set appProtocol");
                }
            }
        }
    }

    private static boolean ofControlPlane(View view) {
        return view.labels().containsKey("istio")
                || "istio".equals(view.labels().get("release"));
    }

    /// Services of one deployment that disagree on what its ports mean.
    static void associations(Scene scene, Notes notes) {
        for (View deployment : scene.all(Type.DEPLOYMENT)) {
            String manager = deployment.labels().getOrDefault(MANAGED, "");
            Workload pods = scene.podsOf(deployment);
            if (manager.endsWith("mesh-controller") || !pods.joined()) {
                continue;
            }
            List<View> services = scene.all(Type.SERVICE).stream()
                    .filter(service -> service.namespace().equals(deployment.namespace()))
                    .filter(service -> service.spec().has("selector"))
                    .filter(service -> pods.selectedBy(service.spec().textTable("selector")))
                    .toList();
            protocols(deployment, services, notes);
            targets(deployment, services, notes);
        }
    }

    private static void protocols(View deployment, List<View> services, Notes notes) {
        Map<Long, Map<String, List<String>>> byPort = new TreeMap<>();
        for (View service : services) {
            for (Part port : service.spec().items("ports")) {
                byPort.computeIfAbsent(port.whole("port"), any -> new TreeMap<>())
                        .computeIfAbsent(port.someText("protocol").orElse("TCP"), any -> new ArrayList<>())
                        .add(service.qualifiedName());
            }
        }
        byPort.forEach((port, protocols) -> {
            if (protocols.size() > 1) {
                notes.once(
                        Code.IST0116,
                        deployment,
                        deployment.nameplate(),
                        "the services of deployment " + deployment.name() + " disagree on the protocol of port " + port
                                + ": " + protocols);
            }
        });
    }

    private static void targets(View deployment, List<View> services, Notes notes) {
        Map<String, Map<Long, String>> byTarget = new TreeMap<>();
        for (View service : services) {
            for (Part port : service.spec().items("ports")) {
                String target = port.text("targetPort").equals("0") ? "" : port.text("targetPort");
                byTarget.computeIfAbsent(target.isEmpty() ? port.text("port") : target, any -> new TreeMap<>())
                        .put(port.whole("port"), service.qualifiedName());
            }
        }
        byTarget.forEach((target, ports) -> {
            if (ports.size() > 1) {
                notes.once(
                        Code.IST0137,
                        deployment,
                        deployment.nameplate(),
                        "the services " + new TreeSet<>(ports.values()) + " of deployment " + deployment.name()
                                + " lead to target port " + target + " from different ports: " + ports.keySet(),
                        "services that select the same workload must use one port for one target port");
            }
        });
    }

    /// What the proxy's user sends isn't captured, so that an application must not be that user.
    static void users(Scene scene, Notes notes) {
        for (View pod : scene.all(Type.POD)) {
            user(pod, pod.spec(), notes);
        }
        for (View deployment : scene.all(Type.DEPLOYMENT)) {
            user(deployment, deployment.spec().at("template").at("spec"), notes);
        }
    }

    private static void user(View view, Part pod, Notes notes) {
        if (ofControlPlane(view)) {
            return;
        }
        List<Part> contexts = new ArrayList<>(List.of(pod.at("securityContext")));
        pod.items("containers").stream()
                .filter(container -> !Set.of("istio-proxy", "istio-operator").contains(container.text("name")))
                .forEach(container -> contexts.add(container.at("securityContext")));
        for (Part context : contexts) {
            if (context.whole("runAsUser") == PROXY_USER) {
                notes.once(
                        Code.IST0144,
                        view,
                        context.at("runAsUser"),
                        "the user 1337 is the proxy's, whose traffic isn't captured",
                        "run the application as another user");
            }
        }
    }
}
