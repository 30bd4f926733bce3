package dev.meltemi.distribution;

import dev.meltemi.cli.OperatorCommands;
import dev.meltemi.conformance.ConformanceCommand;
import dev.meltemi.sidecar.GatewayCommand;
import dev.meltemi.sidecar.SidecarCommand;
import picocli.CommandLine;

/// Everything that `meltemi` can do. Kafka and Netty classes are loaded by the commands that use them, never for
/// `--help`.
final class AllCommands {
    private AllCommands() {}

    static void addTo(CommandLine line) {
        line.addSubcommand(new DemoCommand())
                .addSubcommand(new BookinfoCommand())
                .addSubcommand(new BrokerCommand())
                .addSubcommand(new ControlCommand())
                .addSubcommand(new CaCommand())
                .addSubcommand(new TokenCommand())
                .addSubcommand(new ConformanceCommand())
                .addSubcommand(new SidecarCommand(new Buses("meltemi-sidecar")))
                .addSubcommand(new GatewayCommand(new Buses("meltemi-gateway")));
        OperatorCommands.addTo(line, new Buses("meltemi-cli")::openWith);
    }
}
