package dev.meltemi.resources.shape;

/// What becomes of one field of a kind.
///
/// @param path from the document's top: `spec.http[].timeout`; `.*` stands for names that people choose
/// @param reason why it isn't in force, and what a person can do; empty for one that is
public record FieldSupport(String path, State state, String reason) {
    public enum State {
        IN_FORCE("in force"),
        /// Accepted, checked, and reported in the rule's status.
        NOT_IN_FORCE("not in force"),
        /// A document that has it is rejected.
        REFUSED("refused");

        private final String words;

        State(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    static FieldSupport inForce(String path) {
        return new FieldSupport(path, State.IN_FORCE, "");
    }
}
