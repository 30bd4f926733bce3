package dev.meltemi.conformance;

import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Deployments stand for workloads: what Kubernetes would start registers itself with the labels of its pods.
final class Deployments {
    private Deployments() {}

    /// One instance a Deployment, each at an address of its own.
    static List<Registration> registrations(List<String> streams) {
        var registrations = new ArrayList<Registration>();
        for (String stream : streams) {
            for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(stream)) {
                Map<String, Object> node = Node.map(document);
                if (Node.text(node, "kind", "").equals("Deployment")) {
                    registrations.add(registration(node, registrations.size() + 1));
                }
            }
        }
        return registrations;
    }

    private static Registration registration(Map<String, Object> deployment, int number) {
        Map<String, Object> metadata = Node.map(deployment.get("metadata"));
        Map<String, Object> template = Node.map(Node.map(deployment.get("spec")).get("template"));
        String name = Node.text(metadata, "name", "");
        return Registration.newBuilder()
                .setInstance(name + "~" + number)
                .setWorkload(name)
                .setNamespace(Node.text(metadata, "namespace", "default"))
                .setLabels(new TreeMap<>(
                        Node.textByName(Node.map(template.get("metadata")).get("labels"))))
                .setAddress("127.64." + number / 250 + "." + (number % 250 + 1))
                .setServices(List.of())
                .setType(ProxyType.SIDECAR)
                .build();
    }
}
