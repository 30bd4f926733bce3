package dev.meltemi.resources.status;

/// @param type Accepted, ResolvedRefs, Programmed, Conflicted or PartiallyInvalid
/// @param reason one of the Gateway API's, such as NoMatchingParent
/// @param message what was looked for and not found, empty when all is well
public record Condition(String type, boolean holds, String reason, String message) {
    static final String ACCEPTED = "Accepted";
    static final String RESOLVED_REFS = "ResolvedRefs";
    static final String PROGRAMMED = "Programmed";

    /// All is well: the reason is the type's own name.
    static Condition yes(String type) {
        return new Condition(type, true, type, "");
    }

    static Condition no(String type, String reason, String message) {
        return new Condition(type, false, reason, message);
    }
}
