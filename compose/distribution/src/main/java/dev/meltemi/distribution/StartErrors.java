package dev.meltemi.distribution;

import dev.meltemi.broker.BrokerStartException;
import dev.meltemi.ca.CaException;
import dev.meltemi.workload.CredentialsException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// What keeps a process from starting is told in one message; the exit code is sysexits' 69,
/// unavailable, or 65 when credentials can't be used.
///
/// @param others what the operator's commands do with their errors
record StartErrors(IExecutionExceptionHandler others) implements IExecutionExceptionHandler {
    private static final int DATA = 65;
    private static final int UNAVAILABLE = 69;

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (failure instanceof BrokerStartException || failure instanceof StartFailure) {
            command.getErr().println("error: " + failure.getMessage());
            command.getErr().flush();
            return UNAVAILABLE;
        }
        if (failure instanceof CredentialsException || failure instanceof CaException) {
            command.getErr().println("error: " + failure.getMessage());
            command.getErr().flush();
            return DATA;
        }
        return others.handleExecutionException(failure, command, parsed);
    }
}
