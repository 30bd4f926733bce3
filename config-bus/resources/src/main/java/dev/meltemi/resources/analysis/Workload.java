package dev.meltemi.resources.analysis;

import dev.meltemi.resources.shape.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// One running instance, or a template of such, as selectors see it.
///
/// @param joined has a proxy, or will have one
/// @param ambient is captured by its node, without a proxy of its own
/// @param registered by itself: a gateway is then reached where it listens, with a Service before it or without
public record Workload(
        String namespace,
        String name,
        Map<String, String> labels,
        boolean joined,
        boolean ambient,
        boolean registered) {
    private static final String INJECT = "sidecar.istio.io/inject";
    private static final String AMBIENT = "ambient.istio.io/redirection";

    public Workload {
        labels = Map.copyOf(labels);
    }

    /// One that registered itself.
    public static Workload running(String namespace, String name, Map<String, String> labels) {
        return new Workload(namespace, name, labels, true, false, true);
    }

    /// @param nodes labels by name: a pod has its node's locality
    /// @param injected whether pods of a namespace get a proxy
    static Workload pod(View pod, Map<String, Map<String, String>> nodes, Predicate<String> injected) {
        Part annotations = pod.document().at("metadata").at("annotations");
        Map<String, String> labels = new HashMap<>(pod.labels());
        String node = pod.spec().text("nodeName");
        if (!node.isEmpty()) {
            labels.put("kubernetes.io/hostname", node);
        }
        Map<String, String> ofNode = nodes.getOrDefault(node, Map.of());
        for (String label :
                List.of("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone")) {
            if (!ofNode.getOrDefault(label, "").isEmpty()) {
                labels.put(label, ofNode.get(label));
            }
        }
        List<Part> containers = new ArrayList<>(pod.spec().items("containers"));
        containers.addAll(pod.spec().items("initContainers"));
        return new Workload(
                pod.namespace(),
                pod.name(),
                labels,
                joined(containers, pod.labels(), annotations, injected.test(pod.namespace())),
                annotations.text(AMBIENT).equals("enabled"),
                false);
    }

    /// The pods that a Deployment or its like will make.
    static Workload template(View owner, Predicate<String> injected) {
        Part template = owner.spec().at("template");
        Map<String, String> labels = template.at("metadata").textTable("labels");
        Part annotations = template.at("metadata").at("annotations");
        List<Part> containers = template.at("spec").items("containers");
        return new Workload(
                owner.namespace(),
                owner.name(),
                labels,
                joined(containers, labels, annotations, injected.test(owner.namespace())),
                annotations.text(AMBIENT).equals("enabled"),
                false);
    }

    /// A container named so with an image counts most, then the label, then the annotation, then the namespace.
    private static boolean joined(
            List<Part> containers, Map<String, String> labels, Part annotations, boolean byNamespace) {
        boolean proxied = containers.stream()
                .filter(container -> container.text("name").equals("istio-proxy"))
                .findFirst()
                .filter(container -> !container.text("image").isEmpty())
                .isPresent();
        if (proxied) {
            return true;
        }
        if (labels.containsKey(INJECT)) {
            return "true".equals(labels.get(INJECT));
        }
        return annotations.has(INJECT) ? annotations.text(INJECT).equals("true") : byNamespace;
    }

    /// An empty selector selects everything.
    boolean selectedBy(Map<String, String> selector) {
        return Labels.match(selector, labels);
    }
}
