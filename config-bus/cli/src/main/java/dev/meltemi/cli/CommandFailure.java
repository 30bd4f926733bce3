package dev.meltemi.cli;

import picocli.CommandLine.IExitCodeGenerator;

/// A command can't do what was asked. The message is for people: what, where, why, what next.
final class CommandFailure extends RuntimeException implements IExitCodeGenerator {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    CommandFailure(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    @Override
    public int getExitCode() {
        return exitCode;
    }
}
