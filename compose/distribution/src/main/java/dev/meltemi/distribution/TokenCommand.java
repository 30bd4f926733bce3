package dev.meltemi.distribution;

import dev.meltemi.ca.JoinTokens;
import dev.meltemi.spiffe.SpiffeId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Join tokens, with which workloads get their first certificate.
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = TokenCommand.Create.class,
        description = "Makes join tokens.")
final class TokenCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which: token create");
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a join token for one service account, without any other process, and prints it on stdout.",
                "Whoever has it is that service account, until it expires or, with --single-use, was used."
            })
    static final class Create implements Callable<Integer> {
        @Mixin
        private CaFolderOptions folder = new CaFolderOptions();

        @Option(
                names = {"-n", "--namespace"},
                defaultValue = "default",
                description = "of the service account (default: ${DEFAULT-VALUE})")
        private String namespace = "default";

        @Option(names = "--service-account", required = true, description = "whom the token speaks for")
        private String serviceAccount = "";

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                defaultValue = "1h",
                description = "how long it may be used, at most 30 days (default: ${DEFAULT-VALUE})")
        private Duration ttl = JoinTokens.LIFE;

        @Option(names = "--single-use", description = "good for one certificate only")
        private boolean singleUse;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            var now = InstantSource.system().instant();
            SpiffeId id;
            String token;
            try {
                id = new SpiffeId(folder.folder().trustDomain(), namespace, serviceAccount);
                token = JoinTokens.create(
                        id, ttl, singleUse, folder.folder().tokenKey(folder.passphrase()), now, UUID.randomUUID());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
            var err = spec.commandLine().getErr();
            err.println((singleUse ? "Good once" : "Good") + " for " + id + " until " + now.plus(ttl)
                    + "; keep it in a file of mode 0600 for --token-file.");
            err.flush();
            spec.commandLine().getOut().println(token);
            spec.commandLine().getOut().flush();
            return 0;
        }
    }
}
