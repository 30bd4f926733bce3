package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// Labels as Kubernetes allows them, and selectors made of them.
final class Labels {
    private static final int MAX_PREFIX = 253;
    private static final int MAX = 63;

    private Labels() {}

    static void check(Part labels, Report report) {
        labels.fields().forEach((key, value) -> {
            if (!isKey(key)) {
                report.error(value, "\"" + key + "\" is no label key: expected letters, digits, - _ . and one /");
            }
            if (!isValue(value.text())) {
                report.error(
                        value, "\"" + value.text() + "\" is no label value: at most 63 letters, digits, - _ and .");
            }
        });
    }

    /// @param owner of the selector, at which its absence of labels is reported
    static void checkSelector(Part owner, Part labels, Report report) {
        if (owner.isPresent() && labels.isEmpty()) {
            report.warn(owner, "a selector without labels selects every workload of the namespace");
        }
        labels.fields().forEach((key, value) -> {
            if (key.isEmpty() || key.contains("*")) {
                report.error(value, "a selector's key must be a label key without *");
            } else if (value.text().contains("*")) {
                report.error(value, "a selector has no wildcards: write the label's value out");
            }
        });
        if (!report.hasErrors()) {
            check(labels, report);
        }
    }

    private static boolean isKey(String key) {
        int slash = key.indexOf('/');
        String name = key.substring(slash + 1);
        boolean goodPrefix = slash < 0
                || (slash <= MAX_PREFIX
                        && List.of(key.substring(0, slash).split("\\.", -1)).stream()
                                .allMatch(Names::isLabel));
        return goodPrefix && !name.isEmpty() && isValue(name);
    }

    private static boolean isValue(String text) {
        if (text.isEmpty()) {
            return true;
        }
        return text.length() <= MAX
                && Names.isAlphanumeric(text.charAt(0))
                && Names.isAlphanumeric(text.charAt(text.length() - 1))
                && text.chars().allMatch(c -> Names.isAlphanumeric(c) || c == '-' || c == '_' || c == '.');
    }
}
