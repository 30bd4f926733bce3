package dev.meltemi.distribution;

import dev.meltemi.cli.OperatorErrors;
import dev.meltemi.sidecar.GatewayCommand;
import dev.meltemi.sidecar.SidecarCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The `meltemi` command: what an operator asks of a mesh, and what runs one.
@Command(
        name = "meltemi",
        mixinStandardHelpOptions = true,
        version = "meltemi 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        description = "A service mesh on a message bus: rules are records, requests are events.",
        footer = {
            "",
            "First steps:  meltemi demo   then, in another terminal:",
            "              meltemi apply --wait -f compose/demo/reviews-90-10.yaml",
            "              meltemi tap svc/reviews"
        })
public final class Meltemi implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    private Meltemi() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(arguments).execute(arguments));
    }

    /// A proxy knows its own command only. To describe all of them takes classes by the hundred, a proxy keeps them
    /// for its life, and its start pays for them: together with the XML of the log 1,300 of 10,600 classes, 10 MB,
    /// and a fifth of the CPU time until it was ready.
    ///
    /// @param arguments the first says which command is meant; without any, all are known
    static CommandLine commandLine(String... arguments) {
        var line = new CommandLine(new Meltemi());
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "sidecar" -> line.addSubcommand(new SidecarCommand(new Buses("meltemi-sidecar")));
            case "gateway" -> line.addSubcommand(new GatewayCommand(new Buses("meltemi-gateway")));
            default -> AllCommands.addTo(line);
        }
        OperatorErrors.tellThoseOf(line);
        line.setExecutionExceptionHandler(new StartErrors(line.getExecutionExceptionHandler()));
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
