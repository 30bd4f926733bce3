package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Documents that select workloads of their namespace: they select some, and no other of the kind selects the same.
final class SelectorAnalyzers {
    private static final Kind SIDECARS = new Kind(
            Type.SIDECAR, view -> view.spec().at("workloadSelector"), "labels", "Sidecars", Code.IST0110, Code.IST0111);
    private static final Kind TELEMETRIES = new Kind(
            Type.TELEMETRY,
            view -> view.spec().at("selector"),
            "matchLabels",
            "Telemetries",
            Code.IST0159,
            Code.IST0160);

    private SelectorAnalyzers() {}

    /// @param same says that two select the same workload
    /// @param defaults says that two are their namespace's default
    private record Kind(
            Type type, Function<View, Part> selector, String labels, String plural, Code same, Code defaults) {
        Map<String, String> selectorOf(View view) {
            return selector.apply(view).textTable(labels);
        }
    }

    static void sidecars(Scene scene, Notes notes) {
        if (scene.knowsWorkloads()) {
            selectors(SIDECARS, scene, notes);
        }
        Map<String, List<View>> defaults = new LinkedHashMap<>();
        for (View sidecar : scene.all(Type.SIDECAR)) {
            if (SIDECARS.selectorOf(sidecar).isEmpty()) {
                defaults.computeIfAbsent(sidecar.namespace(), any -> new ArrayList<>())
                        .add(sidecar);
            }
        }
        defaults.forEach((namespace, sidecars) -> {
            if (ambient(namespace, scene)) {
                sidecars.forEach(one -> ineffective(one, "its namespace", notes));
            } else {
                several(SIDECARS, namespace, sidecars, notes);
            }
        });
    }

    static void telemetries(Scene scene, Notes notes) {
        if (scene.knowsWorkloads()) {
            selectors(TELEMETRIES, scene, notes);
        }
    }

    static void defaultTelemetries(Scene scene, Notes notes) {
        Map<String, List<View>> defaults = new LinkedHashMap<>();
        for (View telemetry : scene.all(Type.TELEMETRY)) {
            if (!telemetry.spec().has("selector")) {
                defaults.computeIfAbsent(telemetry.namespace(), any -> new ArrayList<>())
                        .add(telemetry);
            }
        }
        defaults.forEach((namespace, telemetries) -> several(TELEMETRIES, namespace, telemetries, notes));
    }

    private static void several(Kind kind, String namespace, List<View> views, Notes notes) {
        if (views.size() > 1) {
            for (View view : views) {
                notes.once(
                        kind.defaults(),
                        view,
                        view.nameplate(),
                        "the " + kind.plural() + " " + names(views) + " of namespace " + namespace
                                + " have no selector, and only one can be the namespace's default",
                        "keep one of them, or give the others a selector");
            }
        }
    }

    private static void selectors(Kind kind, Scene scene, Notes notes) {
        Map<Workload, Set<View>> selecting = new LinkedHashMap<>();
        for (View view : scene.all(kind.type())) {
            Map<String, String> selector = kind.selectorOf(view);
            if (selector.isEmpty()) {
                continue;
            }
            boolean found = false;
            for (Workload workload : scene.workloads()) {
                if (workload.namespace().equals(view.namespace()) && workload.selectedBy(selector)) {
                    found = true;
                    selecting
                            .computeIfAbsent(workload, any -> new LinkedHashSet<>())
                            .add(view);
                }
            }
            if (!found) {
                notes.once(
                        Code.IST0101,
                        view,
                        kind.selector().apply(view).at(kind.labels()),
                        "selector \"" + Labels.text(selector) + "\" not found: no workload of namespace "
                                + view.namespace() + " has these labels");
            }
        }
        selecting.forEach((workload, views) -> {
            if (kind.type().equals(Type.SIDECAR) && workload.ambient()) {
                views.forEach(one -> ineffective(one, "the workload that it selects", notes));
            } else if (views.size() > 1) {
                views.forEach(view -> notes.once(
                        kind.same(),
                        view,
                        view.nameplate(),
                        "the " + kind.plural() + " " + names(List.copyOf(views)) + " of namespace "
                                + workload.namespace() + " select the same workload " + workload.name()
                                + ": which of them holds isn't defined",
                        "make their selectors disjoint"));
            }
        });
    }

    private static void ineffective(View sidecar, String what, Notes notes) {
        notes.once(
                Code.IST0167,
                sidecar,
                sidecar.nameplate(),
                "has no effect: " + what + " is in ambient mode, without sidecars");
    }

    /// A namespace whose pods get a sidecar isn't, whatever its mode says.
    private static boolean ambient(String namespace, Scene scene) {
        return scene.find(Type.NAMESPACE, "", namespace)
                .map(View::labels)
                .filter(labels -> !"enabled".equals(labels.get("istio-injection"))
                        && labels.getOrDefault("istio.io/rev", "").isEmpty()
                        && "ambient".equals(labels.get("istio.io/dataplane-mode")))
                .isPresent();
    }

    private static String names(List<View> views) {
        return String.join(", ", views.stream().map(View::name).sorted().toList());
    }
}
