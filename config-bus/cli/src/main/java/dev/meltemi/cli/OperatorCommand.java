package dev.meltemi.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What every command of an operator has: data on stdout, notes on stderr, the documented exit codes.
@Command(
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it worked",
            "1:something else went wrong (diff: there are differences)",
            "64:the command line isn't right",
            "65:a document isn't right, or can't be read",
            "69:no broker answers",
            "75:it didn't happen in time",
            "77:not allowed",
            "79:validate or analyze found something"
        })
abstract class OperatorCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    PrintWriter out() {
        return commandLine().getOut();
    }

    PrintWriter err() {
        return commandLine().getErr();
    }

    /// Said on the command line, not by default.
    boolean given(String option) {
        return commandLine().getParseResult().hasMatchedOption(option);
    }

    private picocli.CommandLine commandLine() {
        return java.util.Objects.requireNonNull(spec, "picocli sets it").commandLine();
    }
}
