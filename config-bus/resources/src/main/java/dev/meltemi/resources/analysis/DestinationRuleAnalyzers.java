package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.Map;
import java.util.Optional;

/// DestinationRules beside the workloads of their host, and what they leave unchecked.
final class DestinationRuleAnalyzers {
    private DestinationRuleAnalyzers() {}

    /// TLS of the mesh's own (ISTIO_MUTUAL) checks the server by its identity; other TLS only with a CA.
    static void certificates(Scene scene, Notes notes) {
        for (View rule : scene.all(Type.DESTINATION_RULE)) {
            Part policy = rule.spec().at("trafficPolicy");
            if (unchecked(policy.at("tls"), rule)) {
                notes.add(Code.IST0128, rule, policy.at("tls"), sentence(policy.at("tls"), rule), "set caCertificates");
            }
            for (Part port : policy.items("portLevelSettings")) {
                if (unchecked(port.at("tls"), rule)) {
                    notes.add(
                            Code.IST0129,
                            rule,
                            port.at("tls"),
                            sentence(port.at("tls"), rule) + " at port "
                                    + port.at("port").whole("number"),
                            "set caCertificates");
                }
            }
        }
    }

    /// A credential holds only for a rule that selects the workloads which have it.
    private static boolean unchecked(Part tls, View rule) {
        String mode = tls.text("mode");
        boolean credential =
                !tls.text("credentialName").isEmpty() && rule.spec().has("workloadSelector");
        return (mode.equals("SIMPLE") || mode.equals("MUTUAL"))
                && tls.text("caCertificates").isEmpty()
                && !credential;
    }

    private static String sentence(Part tls, View rule) {
        return "DestinationRule " + rule.qualifiedName() + " has TLS mode " + tls.text("mode")
                + " without caCertificates: nobody checks the certificate of "
                + rule.spec().text("host");
    }

    static void subsets(Scene scene, Notes notes) {
        if (!scene.knowsHosts()) {
            return;
        }
        for (View rule : scene.all(Type.DESTINATION_RULE)) {
            String name = rule.spec().text("host");
            Optional<Hosts.Host> host =
                    scene.hosts().find(rule.namespace(), rule.spec().texts("exportTo"), name);
            if (host.isEmpty()) {
                notes.once(
                        Code.IST0174,
                        rule,
                        rule.spec().at("host"),
                        "the host " + name + " of this DestinationRule is no service of the mesh",
                        scene.hosts().suggestion(rule.namespace(), name));
            } else if (scene.knowsWorkloads()) {
                rule.spec().items("subsets").forEach(subset -> subset(subset, rule, host.get(), scene, notes));
            }
        }
    }

    private static void subset(Part subset, View rule, Hosts.Host host, Scene scene, Notes notes) {
        Map<String, String> labels = subset.textTable("labels");
        boolean selects =
                scene.workloads().stream().anyMatch(workload -> behind(host, workload) && workload.selectedBy(labels));
        boolean inlined = host.origin() != null
                && host.origin().spec().items("endpoints").stream()
                        .anyMatch(endpoint -> Labels.match(labels, endpoint.textTable("labels")));
        if (!selects && !inlined) {
            notes.once(
                    Code.IST0173,
                    rule,
                    subset,
                    "the subset " + subset.text("name") + " selects no workload of " + host.name()
                            + ": requests to it are answered with 503 UH",
                    labels.isEmpty() ? null : "its labels are " + Labels.text(labels));
        }
    }

    private static boolean behind(Hosts.Host host, Workload workload) {
        View origin = host.origin();
        if (origin == null) {
            return true;
        }
        if (origin.type().equals(Type.SERVICE)) {
            return origin.namespace().equals(workload.namespace())
                    && workload.selectedBy(origin.spec().textTable("selector"));
        }
        return workload.selectedBy(origin.spec().at("workloadSelector").textTable("labels"));
    }
}
