package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `exportTo`: which namespaces see a document. `.` is its own, `*` all, `~` none.
final class Exports {
    private Exports() {}

    /// @param noneAllowed whether `~` means something: for a ServiceEntry
    static void check(Part spec, Metadata metadata, boolean noneAllowed, Report report) {
        Part exportTo = spec.at("exportTo");
        List<Part> items = exportTo.items();
        Set<String> seen = new HashSet<>();
        for (Part item : items) {
            String name = item.text().equals(".") ? metadata.namespace() : item.text();
            boolean symbol = name.equals("*") || (noneAllowed && name.equals("~"));
            if (!symbol && !Names.isLabel(name)) {
                report.error(item, "\"" + name + "\" is no namespace: expected \".\", \"*\" or a namespace's name");
            } else if (!seen.add(name)) {
                report.error(item, "\"" + item.text() + "\" is there twice (\".\" is this document's namespace)");
            }
        }
        if (items.size() > 1 && (seen.contains("*") || seen.contains("~"))) {
            report.error(exportTo, "\"*\" and \"~\" stand alone");
        }
    }
}
