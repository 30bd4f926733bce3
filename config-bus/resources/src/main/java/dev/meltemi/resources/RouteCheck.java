package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What makes any route of the Gateway API valid besides its shape: the CRDs' own rules.
final class RouteCheck {
    private RouteCheck() {}

    static void check(Part spec, Report report) {
        checkParents(spec, report);
        Set<String> names = new HashSet<>();
        for (Part rule : spec.items("rules")) {
            if (rule.has("name") && !names.add(rule.text("name"))) {
                report.error(rule.at("name"), "\"" + rule.text("name") + "\" is there twice: names tell rules apart");
            }
            rule.items("backendRefs").forEach(backend -> checkBackend(backend, report));
        }
    }

    /// A parent that is named several times is named each time with another section or port.
    private static void checkParents(Part spec, Report report) {
        record Attachment(String section, long port) {}

        Map<ObjectReference, Set<Attachment>> parents = new HashMap<>();
        for (Part parent : spec.items("parentRefs")) {
            // The API compares namespaces as written: one that is left out isn't the same as the route's own.
            ObjectReference to = GatewayApi.toGateway(parent, "");
            var attachment = new Attachment(parent.text("sectionName"), parent.whole("port"));
            Set<Attachment> known = parents.computeIfAbsent(to, any -> new HashSet<>());
            boolean unlike = known.stream()
                    .anyMatch(other ->
                            other.section().isEmpty() != attachment.section().isEmpty()
                                    || (other.port() == 0) != (attachment.port() == 0));
            if (!known.add(attachment)) {
                report.error(
                        parent,
                        "names " + to.kind() + " \"" + to.name() + "\" a second time",
                        "leave it out, or give each another sectionName or port");
            } else if (unlike) {
                report.error(
                        parent,
                        "names " + to.kind() + " \"" + to.name() + "\" again, but not each says sectionName or port",
                        "give each of them a sectionName, or each a port");
            }
        }
    }

    static void checkBackend(Part backend, Report report) {
        ObjectReference to = GatewayApi.toService(backend, "");
        if (to.group().isEmpty() && to.kind().equals("Service") && !backend.has("port")) {
            report.error(
                    backend.at("port"),
                    "is missing: a Service is reached at a port",
                    "add port: 80, the service's own");
        }
    }
}
