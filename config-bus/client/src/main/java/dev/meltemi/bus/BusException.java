package dev.meltemi.bus;

import org.jspecify.annotations.Nullable;

/// The bus can't do what was asked; the message says what, where, why and what to do next.
public class BusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BusException(String message) {
        super(message);
    }

    public BusException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
