package dev.meltemi.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One thing that was looked at.
///
/// @param description what should be so
/// @param error what is so instead; null when all is well
/// @param hint what to do about it; null when there is nothing to do
record Check(
        String category,
        String description,
        Result result,
        @Nullable String error,
        @Nullable String hint) {
    enum Result {
        success("√"),
        warning("‼"),
        error("×");

        private final String mark;

        Result(String mark) {
            this.mark = mark;
        }

        String mark() {
            return mark;
        }
    }

    static Check ok(String category, String description) {
        return new Check(category, description, Result.success, null, null);
    }

    static Check warning(String category, String description, String error, String hint) {
        return new Check(category, description, Result.warning, error, hint);
    }

    static Check error(String category, String description, String error, String hint) {
        return new Check(category, description, Result.error, error, hint);
    }

    /// In linkerd's shape.
    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("description", description);
        fields.put("result", result.name());
        if (hint != null) {
            fields.put("hint", hint);
        }
        if (error != null) {
            fields.put("error", error);
        }
        return fields;
    }
}
