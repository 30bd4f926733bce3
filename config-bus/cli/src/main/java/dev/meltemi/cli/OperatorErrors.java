package dev.meltemi.cli;

import dev.meltemi.bus.BusException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExitCodeGenerator;
import picocli.CommandLine.ParseResult;

/// From an exception to one message on stderr and the exit code; a stack trace only when `MELTEMI_DEBUG` is set.
public final class OperatorErrors implements IExecutionExceptionHandler {
    private OperatorErrors() {}

    /// Gives a whole command this way of telling errors, with all commands that it has by now.
    public static void tellThoseOf(CommandLine root) {
        root.setExecutionExceptionHandler(new OperatorErrors());
        usageErrors(root);
    }

    private static void usageErrors(CommandLine command) {
        command.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
        command.getSubcommands().values().forEach(OperatorErrors::usageErrors);
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        Exception told = failure instanceof IExitCodeGenerator ? failure : translated(failure);
        command.getErr().println("error: " + told.getMessage());
        if (System.getenv("MELTEMI_DEBUG") != null) {
            failure.printStackTrace(command.getErr());
        }
        command.getErr().flush();
        return told instanceof IExitCodeGenerator generator ? generator.getExitCode() : ExitCode.UNKNOWN;
    }

    static CommandFailure translated(Throwable failure) {
        return switch (failure) {
            case CommandFailure known -> known;
            case BusException bus
            when speaksOfPermission(bus) ->
                new CommandFailure(ExitCode.PERMISSION, String.valueOf(bus.getMessage()), bus);
            case BusException bus -> new CommandFailure(ExitCode.UNAVAILABLE, String.valueOf(bus.getMessage()), bus);
            case UncheckedIOException io -> new CommandFailure(ExitCode.DATA, String.valueOf(io.getMessage()), io);
            default -> new CommandFailure(ExitCode.UNKNOWN, failure + " (MELTEMI_DEBUG=1 shows where)", failure);
        };
    }

    /// The bus speaks no Kafka outside its module: Kafka's authorization exceptions are recognised by name.
    private static boolean speaksOfPermission(BusException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String name = cause.getClass().getSimpleName();
            if (name.endsWith("AuthorizationException") || name.endsWith("AuthenticationException")) {
                return true;
            }
        }
        return false;
    }
}
