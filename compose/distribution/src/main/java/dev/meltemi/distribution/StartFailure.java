package dev.meltemi.distribution;

/// A process can't start; the message says what, where, why and what to do next.
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartFailure(String message) {
        super(message);
    }
}
