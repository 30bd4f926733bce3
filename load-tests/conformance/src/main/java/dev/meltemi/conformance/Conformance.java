package dev.meltemi.conformance;

import java.util.ArrayList;
import java.util.List;

/// Reads folders of cases.
final class Conformance {
    private Conformance() {}

    /// @param only empty: all
    /// @param part of the id
    static List<Case> cases(CaseFolder folder, List<Suite> only, String part) {
        var cases = new ArrayList<Case>();
        for (Suite suite : Suite.values()) {
            if (only.isEmpty() || only.contains(suite)) {
                suite.cases(folder).stream()
                        .filter(each -> each.id().contains(part))
                        .forEach(cases::add);
            }
        }
        return cases;
    }
}
