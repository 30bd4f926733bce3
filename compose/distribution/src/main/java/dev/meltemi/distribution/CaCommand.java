package dev.meltemi.distribution;

import dev.meltemi.ca.CaFolder;
import dev.meltemi.ca.CertificateAuthority;
import dev.meltemi.schemas.Topic;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Pem;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The certificate authority of a mesh: made offline, run as a service.
@Command(
        name = "ca",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {CaCommand.Init.class, CaCommand.Issue.class, CaCommand.Run.class},
        description = "Makes and runs the mesh's certificate authority.")
final class CaCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say which: ca init, ca issue or ca run");
    }

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a root and the credentials of broker, control services and people, without any other process.",
                "Prints the root's fingerprint on stdout. Nothing that exists is overwritten."
            })
    static final class Init implements Callable<Integer> {
        @Mixin
        private CaFolderOptions folder = new CaFolderOptions();

        @Option(
                names = "--trust-domain",
                defaultValue = "cluster.local",
                description = "what every identity begins with (default: ${DEFAULT-VALUE})")
        private String trustDomain = "cluster.local";

        @Option(
                names = "--broker-host",
                paramLabel = "NAME",
                description = "host name or address of the brokers, for their certificate; may be repeated")
        private List<String> brokerHosts = List.of();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            var place = folder.folder();
            Authority authority;
            try {
                authority = place.init(
                        new CaFolder.Plan(trustDomain, brokerHosts, folder.passphrase()),
                        InstantSource.system().instant(),
                        new SecureRandom());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--trust-domain: " + e.getMessage(), e);
            }
            var err = spec.commandLine().getErr();
            err.println("A CA for trust domain " + trustDomain + " stands in " + place.folder() + ":");
            err.println("  root.pem   its root, for everybody, valid until "
                    + authority.root().getNotAfter().toInstant());
            err.println("  ca/        its keys, encrypted"
                    + (folder.passphrase().isPresent() ? "" : "; ca/passphrase opens them: better kept elsewhere"));
            err.println("  " + String.join("/ ", CaFolder.MEMBERS) + "/   credentials, for "
                    + Authority.LONGEST_LIFE.toDays() + " days");
            err.println();
            err.println("Next:  meltemi ca run --dir " + place.folder() + " --credentials "
                    + place.folder().resolve("ca"));
            err.println("       meltemi token create --dir " + place.folder() + " -n default --service-account NAME");
            err.println("       meltemi sidecar --ca HOST:15012 --ca-fingerprint <below> --token-file FILE …");
            err.println("The root's SHA-256 fingerprint, which sidecars know the CA by:");
            err.flush();
            spec.commandLine().getOut().println(Pem.fingerprint(authority.root()));
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    @Command(
            name = "issue",
            mixinStandardHelpOptions = true,
            description = "Writes credentials of members anew, for 90 days; their processes read them at the next"
                    + " connection.")
    static final class Issue implements Callable<Integer> {
        @Mixin
        private CaFolderOptions folder = new CaFolderOptions();

        @Parameters(paramLabel = "MEMBER", arity = "1..*", description = "broker, admission, operator, …")
        private List<String> members = List.of();

        @Option(
                names = "--broker-host",
                paramLabel = "NAME",
                description = "of the brokers; without any they keep the names that they have")
        private List<String> brokerHosts = List.of();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            for (String member : members) {
                if (!CaFolder.MEMBERS.contains(member)) {
                    throw new ParameterException(
                            spec.commandLine(), "no member " + member + ": " + String.join(", ", CaFolder.MEMBERS));
                }
            }
            var random = new SecureRandom();
            var opened = folder.folder().open(folder.passphrase(), random);
            for (String member : members) {
                var credential = folder.folder()
                        .issue(
                                opened.authority(),
                                member,
                                member.equals("broker") ? brokerHosts : List.of(),
                                InstantSource.system().instant());
                spec.commandLine()
                        .getErr()
                        .println(member + " " + credential.serial() + ", valid until "
                                + credential.leaf().getNotAfter().toInstant());
            }
            return 0;
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Runs the CA, until it is told to end. Several may run: one is active, the others stand by.")
    static final class Run implements Callable<Integer> {
        @Mixin
        private CaFolderOptions folder = new CaFolderOptions();

        @Option(
                names = "--bootstrap-servers",
                paramLabel = "HOST:PORT",
                defaultValue = "${env:MELTEMI_BOOTSTRAP_SERVERS:-127.0.0.1:19092}",
                description = "Kafka brokers (default: $$MELTEMI_BOOTSTRAP_SERVERS, else 127.0.0.1:19092)")
        private String bootstrapServers = "";

        @Option(
                names = "--prefix",
                defaultValue = "${env:MELTEMI_PREFIX:-mesh.}",
                description = "prefix of the mesh's topics (default: $$MELTEMI_PREFIX, else mesh.)")
        private String prefix = Topic.DEFAULT_PREFIX;

        @Option(
                names = "--credentials",
                paramLabel = "DIR",
                description = "reach the brokers by TLS with these; DIR/ca of \"ca init\" has some"
                        + " (default: $$MELTEMI_CREDENTIALS, else plaintext)")
        private @Nullable Path credentials = credentialsOfEnvironment();

        @Option(
                names = "--listen",
                paramLabel = "HOST:PORT",
                defaultValue = "127.0.0.1:15012",
                description = "where workloads ask (default: ${DEFAULT-VALUE})")
        private String listen = "127.0.0.1:15012";

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                defaultValue = "24h",
                description = "life of certificates, at most 90 days (default: ${DEFAULT-VALUE})")
        private Duration ttl = Authority.LIFE;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        private static @Nullable Path credentialsOfEnvironment() {
            var folder = System.getenv("MELTEMI_CREDENTIALS");
            return folder == null || folder.isEmpty() ? null : Path.of(folder);
        }

        @Override
        public Integer call() throws InterruptedException {
            var settings = settings();
            var random = new SecureRandom();
            var opened = folder.folder().open(folder.passphrase(), random);
            try (var running = new Foreground()) {
                var bus = running.add(
                        new Buses("meltemi-ca").openWith(bootstrapServers, prefix, Optional.ofNullable(credentials)));
                Buses.patiently(bus::requireReachable);
                var heard = ControlBuses.ofTheCa(bus, Optional.ofNullable(credentials));
                var ca = running.add(
                        CertificateAuthority.start(heard, opened, settings, InstantSource.system(), random));
                var out = spec.commandLine().getOut();
                out.println("CA of " + opened.authority().trustDomain() + " on "
                        + settings.listen().getHostString() + ":" + ca.port() + ", fingerprint "
                        + Pem.fingerprint(opened.authority().root()));
                out.println("READY");
                out.flush();
                running.await();
            }
            return 0;
        }

        private CertificateAuthority.Settings settings() {
            int colon = listen.lastIndexOf(':');
            try {
                var at = new InetSocketAddress(
                        listen.substring(0, Math.max(colon, 0)), Integer.parseInt(listen.substring(colon + 1)));
                return new CertificateAuthority.Settings(at, ttl);
            } catch (NumberFormatException e) {
                throw new ParameterException(spec.commandLine(), "--listen " + listen + " isn't HOST:PORT", e);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
        }
    }
}
