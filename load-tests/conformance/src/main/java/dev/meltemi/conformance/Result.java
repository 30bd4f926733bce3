package dev.meltemi.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A case and what came of it.
record Result(Case tried, Outcome outcome) {
    /// As `-o json` prints it.
    Map<String, @Nullable Object> fields() {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("suite", tried.suite().toString());
        fields.put("id", tried.id());
        fields.put("name", tried.name());
        fields.put("expected", tried.expected());
        fields.put("actual", outcome.actual());
        fields.put("verdict", outcome.verdict());
        if (!outcome.reason().isEmpty()) {
            fields.put("reason", outcome.reason());
        }
        return fields;
    }

    boolean failed() {
        return outcome instanceof Outcome.Failed;
    }
}
