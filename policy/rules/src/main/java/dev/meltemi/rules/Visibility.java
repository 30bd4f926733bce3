package dev.meltemi.rules;

import java.util.List;
import java.util.TreeSet;

/// What `exportTo` means.
final class Visibility {
    static final String EVERYWHERE = "*";

    private Visibility() {}

    /// Namespaces that see a document: `*` alone, or names with `.` replaced, sorted; `~` names nobody and stays.
    static List<String> resolved(List<String> exportTo, String namespace) {
        if (exportTo.isEmpty() || exportTo.contains(EVERYWHERE)) {
            return List.of(EVERYWHERE);
        }
        var names = new TreeSet<String>();
        for (String name : exportTo) {
            names.add(name.equals(".") ? namespace : name);
        }
        return List.copyOf(names);
    }
}
