package dev.meltemi.bus;

import org.jspecify.annotations.Nullable;

/// A newer writer took over: what this process writes is refused from now on.
public final class FencedException extends BusException {
    private static final long serialVersionUID = 1L;

    public FencedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
