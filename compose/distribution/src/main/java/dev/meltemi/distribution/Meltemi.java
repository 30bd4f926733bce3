package dev.meltemi.distribution;

import dev.meltemi.cli.OperatorCommands;
import dev.meltemi.conformance.ConformanceCommand;
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
        System.exit(commandLine().execute(arguments));
    }

    /// Kafka and Netty classes are loaded by the commands that use them, never for `--help`.
    static CommandLine commandLine() {
        var line = new CommandLine(new Meltemi())
                .addSubcommand(new DemoCommand())
                .addSubcommand(new BookinfoCommand())
                .addSubcommand(new BrokerCommand())
                .addSubcommand(new ControlCommand())
                .addSubcommand(new CaCommand())
                .addSubcommand(new TokenCommand())
                .addSubcommand(new ConformanceCommand())
                .addSubcommand(new SidecarCommand(new Buses("meltemi-sidecar")))
                .addSubcommand(new GatewayCommand(new Buses("meltemi-gateway")));
        OperatorCommands.addTo(line, new Buses("meltemi-cli")::openWith);
        line.setExecutionExceptionHandler(new StartErrors(line.getExecutionExceptionHandler()));
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
