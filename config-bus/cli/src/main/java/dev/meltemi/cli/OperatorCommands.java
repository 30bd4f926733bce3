package dev.meltemi.cli;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine;

/// The commands of an operator, for whoever assembles the `meltemi` command.
public final class OperatorCommands {
    private OperatorCommands() {}

    /// Adds them, and gives the whole command their way of telling errors: one message on stderr, documented exit
    /// codes.
    ///
    /// @param buses opened only by commands that need the bus
    public static void addTo(CommandLine root, BusFactory buses) {
        addTo(root, new Surroundings(buses, InstantSource.system(), System.in));
    }

    static void addTo(CommandLine root, Surroundings surroundings) {
        for (OperatorCommand command : List.of(
                new ApplyCommand(surroundings),
                new GetCommand(surroundings),
                new DeleteCommand(surroundings),
                new DiffCommand(surroundings),
                new ValidateCommand(surroundings),
                new AnalyzeCommand(surroundings),
                new ExplainCommand(surroundings),
                new WaitCommand(surroundings),
                new HistoryCommand(surroundings),
                new RollbackCommand(surroundings),
                new StatCommand(surroundings),
                new EdgesCommand(surroundings),
                new ProxyConfigCommand(surroundings),
                new CheckCommand(surroundings),
                new BugReportCommand(surroundings),
                new ProxyStatusCommand(surroundings),
                new TapCommand(surroundings),
                new TopicsCommand(surroundings),
                new RestoreCommand(surroundings),
                new CertCommand(surroundings),
                new VersionCommand(surroundings))) {
            root.addSubcommand(command);
        }
        root.setCaseInsensitiveEnumValuesAllowed(true); // istioctl's levels are Error, Warning, Info
        root.registerConverter(Duration.class, new DurationText());
        OperatorErrors.tellThoseOf(root);
    }
}
