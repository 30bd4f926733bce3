package dev.meltemi.bus;

/// A turn learnt that what it read isn't what is there any more: it ends, and the next one reads everything again.
public final class NewTurnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NewTurnException(String why) {
        super(why, null, false, false);
    }
}
