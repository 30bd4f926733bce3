package dev.meltemi.workload;

import org.jspecify.annotations.Nullable;

/// Credentials can't be had or used; the message says what, where, why and what to do next.
public final class CredentialsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CredentialsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
