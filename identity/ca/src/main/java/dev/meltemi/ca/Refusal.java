package dev.meltemi.ca;

/// A question isn't granted. The message is for the asker and the log: it never holds a token.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean later;

    private Refusal(String message, boolean later) {
        super(message);
        this.later = later;
    }

    static Refusal of(String why) {
        return new Refusal(why, false);
    }

    /// The same question may be granted soon.
    static Refusal later(String why) {
        return new Refusal(why, true);
    }

    boolean later() {
        return later;
    }
}
