package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.Finding;

/// A finding, and the document about which it is.
public record Diagnosis(View document, Finding finding) {
    /// `Kind [namespace/]name`.
    public String origin() {
        return document.toString();
    }

    /// Istio's name of what was found, `ReferencedResourceNotFound`; the code itself for a code without one.
    public String message() {
        for (Code code : Code.values()) {
            if (code.name().equals(finding.code())) {
                return code.meaning();
            }
        }
        return finding.code();
    }
}
