package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Policies of access and the workloads and namespaces that they speak of.
final class PolicyAnalyzers {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final int MOST_NAMED = 5;

    private PolicyAnalyzers() {}

    static void authorization(Scene scene, Notes notes) {
        for (View policy : scene.all(Type.AUTHORIZATION_POLICY)) {
            if (scene.knowsWorkloads()) {
                selects(policy, scene, notes);
            }
            if (scene.knows(Type.NAMESPACE)) {
                namespaces(policy, scene, notes);
            }
        }
    }

    private static void selects(View policy, Scene scene, Notes notes) {
        Part selector = policy.spec().at("selector");
        boolean everywhere = policy.namespace().equals(scene.rootNamespace());
        if (everywhere && !selector.isPresent()) {
            return;
        }
        Map<String, String> labels = selector.textTable("matchLabels");
        boolean some = scene.workloads().stream()
                .filter(workload -> workload.joined() || workload.ambient())
                .filter(workload -> everywhere || workload.namespace().equals(policy.namespace()))
                .anyMatch(workload -> workload.selectedBy(labels));
        if (!some) {
            notes.once(
                    Code.IST0127,
                    policy,
                    selector.isPresent() ? selector : policy.nameplate(),
                    "no workload of " + (everywhere ? "the mesh" : "namespace " + policy.namespace())
                            + (labels.isEmpty() ? "" : " has the labels " + Labels.text(labels))
                            + (labels.isEmpty() ? " is in the mesh" : "") + ": the policy holds for nobody");
        }
    }

    private static void namespaces(View policy, Scene scene, Notes notes) {
        for (Part rule : policy.spec().items("rules")) {
            for (Part from : rule.items("from")) {
                for (String field : List.of("namespaces", "notNamespaces")) {
                    for (Part name : from.at("source").items(field)) {
                        if (scene.all(Type.NAMESPACE).stream().noneMatch(known -> matches(name.text(), known.name()))) {
                            Set<String> names = scene.all(Type.NAMESPACE).stream()
                                    .map(View::name)
                                    .collect(Collectors.toCollection(TreeSet::new));
                            notes.add(
                                    Code.IST0101,
                                    policy,
                                    name,
                                    "namespace \"" + name.text() + "\" not found",
                                    Suggestion.among(names, name.text()));
                        }
                    }
                }
            }
        }
    }

    /// With `*` for anything, before or after a name.
    private static boolean matches(String pattern, String namespace) {
        if (pattern.equals("*")) {
            return true;
        }
        if (pattern.startsWith("*")) {
            return namespace.endsWith(pattern.substring(1));
        }
        return pattern.endsWith("*")
                ? namespace.startsWith(pattern.substring(0, pattern.length() - 1))
                : namespace.toLowerCase(Locale.ROOT).equals(pattern.toLowerCase(Locale.ROOT));
    }

    /// Only of Istio's own control plane, where its deployment is among the documents.
    static void jwksFetching(Scene scene, Notes notes) {
        List<String> names = scene.all(Type.REQUEST_AUTHENTICATION).stream()
                .map(View::qualifiedName)
                .toList();
        if (names.isEmpty()) {
            return;
        }
        for (View deployment : scene.all(Type.DEPLOYMENT)) {
            if ("istiod".equals(deployment.labels().get("app")) && !blocksAddresses(deployment)) {
                List<String> shown = names.subList(0, Math.min(MOST_NAMED, names.size()));
                notes.once(
                        Code.IST0175,
                        deployment,
                        deployment.nameplate(),
                        "BLOCKED_CIDRS_IN_JWKS_URIS isn't set, and " + names.size() + " RequestAuthentications ("
                                + String.join(", ", shown) + (names.size() > MOST_NAMED ? ", …" : "")
                                + ") may fetch keys from any address",
                        "set it to the networks from which no keys are to be fetched");
            }
        }
    }

    private static boolean blocksAddresses(View deployment) {
        return deployment.spec().at("template").at("spec").items("containers").stream()
                .flatMap(container -> container.items("env").stream())
                .anyMatch(variable -> variable.text("name").equals("BLOCKED_CIDRS_IN_JWKS_URIS")
                        && !variable.text("value").isEmpty());
    }

    /// Only where access is ruled at all: a mesh without any policy is open on purpose.
    static void uncovered(Scene scene, Notes notes) {
        var policies = scene.all(Type.AUTHORIZATION_POLICY);
        if (policies.isEmpty()) {
            return;
        }
        for (View deployment : scene.all(Type.DEPLOYMENT)) {
            Workload pods = scene.podsOf(deployment);
            boolean covered = policies.stream()
                    .filter(policy -> policy.namespace().equals(deployment.namespace())
                            || policy.namespace().equals(scene.rootNamespace()))
                    .filter(policy ->
                            !policy.spec().has("targetRef") && !policy.spec().has("targetRefs"))
                    .anyMatch(policy ->
                            pods.selectedBy(policy.spec().at("selector").textTable("matchLabels")));
            if (!covered) {
                notes.once(
                        Code.KIA1301,
                        deployment,
                        deployment.nameplate(),
                        "no AuthorizationPolicy holds for its workloads: everybody may call them");
            }
        }
    }

    /// Workloads of a Gateway API's gateway are reached by targetRef alone.
    static void selectorsOnGateways(Scene scene, Notes notes) {
        List<View> policies = new ArrayList<>();
        for (Type type :
                List.of(Type.AUTHORIZATION_POLICY, Type.REQUEST_AUTHENTICATION, Type.TELEMETRY, Type.WASM_PLUGIN)) {
            policies.addAll(scene.all(type));
        }
        for (View policy : policies) {
            Part selector = policy.spec().at("selector");
            if (policy.spec().has("targetRef") || !selector.isPresent()) {
                continue;
            }
            for (Workload workload : scene.workloads()) {
                String gateway = workload.labels().get(GATEWAY_NAME);
                if (gateway != null
                        && workload.namespace().equals(policy.namespace())
                        && workload.selectedBy(selector.textTable("matchLabels"))) {
                    notes.once(
                            Code.IST0166,
                            policy,
                            selector,
                            "the selector has no effect on the workloads of the Kubernetes gateway " + gateway,
                            "name the gateway in targetRefs");
                }
            }
        }
    }
}
