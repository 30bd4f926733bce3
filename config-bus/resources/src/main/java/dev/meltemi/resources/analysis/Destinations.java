package dev.meltemi.resources.analysis;

import dev.meltemi.resources.shape.Part;
import java.util.ArrayList;
import java.util.List;

/// Where the rules of a VirtualService send requests.
final class Destinations {
    private Destinations() {}

    /// Of TCP, TLS and HTTP rules.
    static List<Part> ofRoutes(Part spec) {
        List<Part> found = new ArrayList<>();
        for (String protocol : List.of("tcp", "tls", "http")) {
            for (Part rule : spec.items(protocol)) {
                rule.items("route").forEach(route -> found.add(route.at("destination")));
            }
        }
        return found;
    }

    static List<Part> ofMirrors(Part spec) {
        List<Part> found = new ArrayList<>();
        for (Part rule : spec.items("http")) {
            if (rule.has("mirror")) {
                found.add(rule.at("mirror"));
            }
            rule.items("mirrors").forEach(mirror -> found.add(mirror.at("destination")));
        }
        return found;
    }
}
