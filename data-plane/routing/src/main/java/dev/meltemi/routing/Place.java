package dev.meltemi.routing;

import java.util.Map;

/// Where something runs, and what localities' rules may ask of it beside.
///
/// @param locality `region/zone/subzone`, parts of it, or empty when unknown
record Place(String locality, Map<String, String> labels) {
    static final Place UNKNOWN = new Place("", Map.of());

    Place {
        labels = Map.copyOf(labels);
    }

    /// @param index 0 region, 1 zone, 2 subzone; empty when it isn't said
    String part(int index) {
        String[] parts = locality.split("/", 3);
        return index < parts.length ? parts[index] : "";
    }

    /// Whether a rule's locality, perhaps `region/*`, covers it. A region covers all its zones.
    boolean isIn(String pattern) {
        String[] wanted = pattern.split("/", 3);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("*")) {
                return true;
            }
            if (!wanted[i].equals(part(i))) {
                return false;
            }
        }
        return true;
    }

    /// The value of a label, of which three say the locality.
    String label(String name) {
        return switch (name) {
            case "topology.kubernetes.io/region" -> part(0);
            case "topology.kubernetes.io/zone" -> part(1);
            case "topology.istio.io/subzone" -> part(2);
            default -> labels.getOrDefault(name, "");
        };
    }
}
