package dev.meltemi.sidecar.config;

import picocli.CommandLine.IExitCodeGenerator;

/// A proxy can't start. The message says what, where, why and what next.
public final class StartException extends RuntimeException implements IExitCodeGenerator {
    private static final long serialVersionUID = 1L;
    /// sysexits.h: data that can't be read or isn't right.
    public static final int DATA = 65;
    /// sysexits.h: something that is needed isn't available, such as a port.
    public static final int UNAVAILABLE = 69;

    private final int exitCode;

    public StartException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public StartException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    @Override
    public int getExitCode() {
        return exitCode;
    }
}
