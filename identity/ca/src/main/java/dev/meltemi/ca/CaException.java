package dev.meltemi.ca;

import org.jspecify.annotations.Nullable;

/// The CA can't start, or its folder can't be made or read; the message says what, where, why and what to do next.
public final class CaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
