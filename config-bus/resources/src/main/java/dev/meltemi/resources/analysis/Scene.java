package dev.meltemi.resources.analysis;

import dev.meltemi.resources.shape.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Everything that is known, as analyzers look it up.
final class Scene {
    static final String DEFAULT_ROOT = "istio-system";

    /// Kubernetes' own: what lies in them is nobody's rule.
    private static final Set<String> OF_THE_PLATFORM =
            Set.of("kube-system", "kube-public", "kube-node-lease", "local-path-storage");

    private static final Set<String> MAKING_PODS = Set.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet");

    private final Map<Type, Map<String, View>> all = new HashMap<>();
    private final Collection<View> subjects;
    private final AnalysisSettings settings;
    private final Part meshConfig;
    private final List<Workload> workloads = new ArrayList<>();
    private final Hosts hosts;

    private Scene(Collection<View> documents, AnalysisSettings settings) {
        subjects = documents;
        this.settings = settings;
        documents.forEach(this::put);
        meshConfig = meshConfig();
        if (settings.ingressGateway()
                && !meshConfig.text("ingressControllerMode").equals("OFF")) {
            String service = meshConfig.someText("ingressService").orElse("istio-ingressgateway");
            DefaultGateway.views(rootNamespace(), service).forEach(this::put);
        }
        gather();
        hosts = new Hosts(this, settings.hosts());
    }

    static Scene of(Collection<View> documents, AnalysisSettings settings) {
        return new Scene(documents, settings);
    }

    private void put(View view) {
        String home = view.type().equals(Type.NAMESPACE) ? view.name() : view.namespace();
        if (!OF_THE_PLATFORM.contains(home) && !view.kind().isEmpty()) {
            Map<String, View> ofType = all.computeIfAbsent(view.type(), type -> new LinkedHashMap<>());
            ofType.remove(view.qualifiedName());
            ofType.put(view.qualifiedName(), view);
        }
    }

    private Part meshConfig() {
        Part empty = View.of("", "").spec();
        return settings.meshConfig()
                .map(yaml -> View.of(yaml, "").document())
                .or(() -> all(Type.MESH_CONFIG).stream().map(View::spec).findFirst())
                .orElse(empty);
    }

    private void gather() {
        Map<String, Map<String, String>> nodes = new HashMap<>();
        all(Type.NODE).forEach(node -> nodes.put(node.name(), node.labels()));
        for (View pod : all(Type.POD)) {
            workloads.add(Workload.pod(pod, nodes, this::injects));
        }
        all.forEach((type, views) -> {
            if (MAKING_PODS.contains(type.kind()) && type.group().equals("apps")) {
                views.values().forEach(view -> workloads.add(Workload.template(view, this::injects)));
            }
        });
        for (View entry : all(Type.WORKLOAD_ENTRY)) {
            workloads.add(Workload.running(
                    entry.namespace(), entry.name(), entry.spec().textTable("labels")));
        }
        settings.workloads().ifPresent(workloads::addAll);
    }

    private boolean injects(String namespace) {
        return find(Type.NAMESPACE, "", namespace)
                .filter(view -> "enabled".equals(view.labels().get("istio-injection")))
                .isPresent();
    }

    Collection<View> all(Type type) {
        return all.getOrDefault(type, Map.of()).values();
    }

    /// @param name `name`, or `namespace/name`
    Optional<View> find(Type type, String namespace, String name) {
        boolean whole = namespace.isEmpty() || name.indexOf('/') >= 0;
        return Optional.ofNullable(all.getOrDefault(type, Map.of()).get(whole ? name : namespace + "/" + name));
    }

    /// All documents, also those of no kind and those that another replaces.
    Collection<View> subjects() {
        return subjects;
    }

    Workload podsOf(View deployment) {
        return Workload.template(deployment, this::injects);
    }

    List<Workload> workloads() {
        return workloads;
    }

    /// Whether an absent document of this type is really absent, and not only unknown here.
    boolean knows(Type type) {
        return settings.complete() || all(type).stream().anyMatch(view -> !DefaultGateway.made(view));
    }

    boolean knowsWorkloads() {
        return settings.complete()
                || settings.workloads().isPresent()
                || workloads.size() > (DefaultGateway.supposed(this) ? 1 : 0);
    }

    boolean knowsHosts() {
        return settings.workloads().isPresent() || knows(Type.SERVICE);
    }

    Hosts hosts() {
        return hosts;
    }

    Part mesh() {
        return meshConfig;
    }

    String rootNamespace() {
        return meshConfig.someText("rootNamespace").orElse(DEFAULT_ROOT);
    }

    AnalysisSettings settings() {
        return settings;
    }
}
