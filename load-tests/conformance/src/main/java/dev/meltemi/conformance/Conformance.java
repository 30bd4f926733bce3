package dev.meltemi.conformance;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads folders of cases.
final class Conformance {
    private Conformance() {}

    /// @param only empty: all
    /// @param part of the id
    /// @param live null: through the pure code
    static List<Case> cases(CaseFolder folder, List<Suite> only, String part, @Nullable LiveMesh live) {
        var cases = new ArrayList<Case>();
        for (Suite suite : Suite.values()) {
            if ((only.isEmpty() || only.contains(suite)) && (live == null || Suite.LIVE.contains(suite))) {
                suite.cases(folder, live).stream()
                        .filter(each -> each.id().contains(part))
                        .forEach(cases::add);
            }
        }
        return cases;
    }
}
