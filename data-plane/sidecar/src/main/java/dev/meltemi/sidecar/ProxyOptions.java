package dev.meltemi.sidecar;

import dev.meltemi.proxy.names.NameSettings;
import dev.meltemi.sidecar.SidecarSettings.Config;
import dev.meltemi.sidecar.SidecarSettings.Ports;
import dev.meltemi.workload.CaAddress;
import dev.meltemi.workload.WorkloadIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Options that a sidecar and a gateway share.
final class ProxyOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description =
                    "Kafka brokers (default: $$MELTEMI_BOOTSTRAP_SERVERS, else 127.0.0.1:19092 unless --resources)")
    @Nullable
    String bootstrapServers = System.getenv("MELTEMI_BOOTSTRAP_SERVERS");

    @Option(
            names = "--prefix",
            defaultValue = "${env:MELTEMI_PREFIX:-mesh.}",
            description = "prefix of the mesh's topics (default: $$MELTEMI_PREFIX, else mesh.)")
    String prefix = "mesh.";

    @Option(
            names = "--resources",
            paramLabel = "DIR",
            description =
                    "run these documents instead of what the bus says; --bootstrap-servers then takes telemetry only")
    @Nullable
    Path resources;

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            description = "namespace of the workload (default: ${DEFAULT-VALUE})")
    String namespace = "default";

    @Option(names = "--service-account", defaultValue = "", description = "service account of the workload")
    String serviceAccount = "";

    @Option(names = "--cluster", defaultValue = "Kubernetes", description = "cluster name in telemetry")
    String cluster = "Kubernetes";

    @Option(names = "--locality", defaultValue = "", paramLabel = "REGION/ZONE/SUBZONE", description = "where it runs")
    String locality = "";

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "folder of the last-known-good files; without one none are written")
    @Nullable
    Path stateDir;

    @Option(
            names = "--bus-patience",
            defaultValue = "0",
            paramLabel = "MS",
            description = "how long to wait for the bus before a last-known-good file is served, marked stale until the"
                    + " bus says what is newer (default: ${DEFAULT-VALUE}, at once)")
    long busPatience;

    @Option(
            names = "--state-max-age",
            defaultValue = "24",
            paramLabel = "HOURS",
            description = "last-known-good files older than that are refused (default: ${DEFAULT-VALUE})")
    long stateMaxAge = 24;

    @Option(
            names = "--adopt-new-bus",
            description = "run what a rebuilt bus says, although its topics aren't those of before")
    boolean adoptNewBus;

    @Option(
            names = "--outbound-port",
            defaultValue = "15001",
            description = "where the application sends its requests (default: ${DEFAULT-VALUE}, 0: off)")
    int outbound = 15001;

    @Option(
            names = "--inbound-port",
            defaultValue = "15006",
            description = "where others reach it, beside its services' ports (default: ${DEFAULT-VALUE}, 0: off)")
    int inbound = 15006;

    @Option(
            names = "--admin-port",
            defaultValue = "15000",
            description = "admin pages, for this machine only (default: ${DEFAULT-VALUE}, 0: off)")
    int admin = 15000;

    @Option(
            names = "--metrics-port",
            defaultValue = "15020",
            description = "Prometheus (default: ${DEFAULT-VALUE}, 0: off)")
    int metrics = 15020;

    @Option(
            names = "--health-port",
            defaultValue = "15021",
            description = "/healthz/ready (default: ${DEFAULT-VALUE}, 0: off)")
    int health = 15021;

    @Option(
            names = "--drain",
            defaultValue = "10",
            paramLabel = "SECONDS",
            description = "longest time for requests under way at the end (default: ${DEFAULT-VALUE})")
    long drain = 10;

    @Option(
            names = "--dns-server",
            paramLabel = "ADDRESS[:PORT]",
            split = ",",
            description = "asked for names of services, in this order (default: those of this machine's resolv.conf)")
    List<String> dnsServers = List.of();

    @Option(
            names = "--dns-timeout",
            defaultValue = "5000",
            paramLabel = "MS",
            description = "longest wait for a DNS server's answer (default: ${DEFAULT-VALUE})")
    long dnsTimeout = 5000;

    @Option(
            names = "--dns-min-refresh",
            defaultValue = "1000",
            paramLabel = "MS",
            description = "no name is asked for more often, whatever its time to live (default: ${DEFAULT-VALUE})")
    long dnsMinRefresh = 1000;

    @Option(
            names = "--max-connections",
            paramLabel = "COUNT",
            description = "connections of callers at most, of all ports together: further ones are closed"
                    + " (default: as many as there are descriptors for, two each)")
    @Nullable
    Integer maxConnections;

    @Option(
            names = "--hand-over",
            description =
                    "share the ports with the process before and the one after, which do the same: this one opens them"
                            + " when it can serve, takes over, and the one before may then be ended without a request"
                            + " lost")
    boolean handOver;

    @Option(
            names = "--ca",
            paramLabel = "HOST:PORT",
            description = "CA that vouches for us; with it the proxy speaks mTLS (default: $$MELTEMI_CA)")
    @Nullable
    String ca = System.getenv("MELTEMI_CA");

    @Option(
            names = "--ca-fingerprint",
            paramLabel = "SHA256HEX",
            description = "of the CA's root certificate, by which it is known at first"
                    + " (default: $$MELTEMI_CA_FINGERPRINT)")
    @Nullable
    String caFingerprint = System.getenv("MELTEMI_CA_FINGERPRINT");

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "join token for the first certificate, read anew at each try (default: $$MELTEMI_TOKEN_FILE)")
    @Nullable
    Path tokenFile = path(System.getenv("MELTEMI_TOKEN_FILE"));

    @Option(
            names = "--kafka-tls",
            description = "reach the brokers by TLS with our certificate (default: $$MELTEMI_KAFKA_TLS, else no)")
    boolean kafkaTls = Boolean.parseBoolean(System.getenv("MELTEMI_KAFKA_TLS"));

    @Option(
            names = "--credentials-dir",
            paramLabel = "DIR",
            description = "certificates and keys that rules name: NAME/tls.crt, NAME/tls.key, NAME/ca.crt, or"
                    + " NAMESPACE/NAME/…; a replaced file is used within seconds"
                    + " (default: $$MELTEMI_CREDENTIALS_DIR)")
    @Nullable
    Path credentials = path(System.getenv("MELTEMI_CREDENTIALS_DIR"));

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    Ports ports() {
        return new Ports(outbound, inbound, admin, metrics, health);
    }

    Config config() {
        return new Config(
                Optional.ofNullable(resources),
                Optional.ofNullable(stateDir),
                Duration.ofMillis(busPatience),
                Duration.ofHours(stateMaxAge),
                adoptNewBus);
    }

    /// Empty: no CA, so there is no identity.
    ///
    /// @throws ParameterException when what is given doesn't suffice or isn't right
    Optional<WorkloadIdentity.Settings> identity(SidecarSettings settings) {
        if (ca == null || ca.isEmpty()) {
            if (kafkaTls) {
                throw wrong("--kafka-tls needs --ca HOST:PORT: the broker wants our certificate");
            }
            return Optional.empty();
        }
        if (caFingerprint == null || caFingerprint.isEmpty()) {
            throw wrong("--ca needs --ca-fingerprint SHA256HEX, which \"meltemi ca init\" printed: without it anybody"
                    + " at that address would be believed");
        }
        try {
            var who = settings.who();
            return Optional.of(new WorkloadIdentity.Settings(
                    who.namespace(),
                    who.serviceAccount().isEmpty() ? "default" : who.serviceAccount(),
                    who.workload() + "." + who.namespace(),
                    CaAddress.of(ca, caFingerprint),
                    Optional.ofNullable(tokenFile),
                    Optional.ofNullable(stateDir).map(folder -> folder.resolve("identity"))));
        } catch (IllegalArgumentException e) {
            throw wrong("--ca, --ca-fingerprint: " + e.getMessage());
        }
    }

    private ParameterException wrong(String why) {
        return new ParameterException(
                Objects.requireNonNull(command, "picocli sets it").commandLine(), why);
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Path.of(text);
    }

    /// Empty: from a folder, and nobody is told.
    Optional<String> brokers() {
        if (bootstrapServers != null && !bootstrapServers.isEmpty()) {
            return Optional.of(bootstrapServers);
        }
        return resources == null ? Optional.of("127.0.0.1:19092") : Optional.empty();
    }

    /// The address of a name, as the resolver of this machine has it now: what others are told to call is an address.
    static String numeric(String address, CommandLine command) {
        try {
            return InetAddress.getByName(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new ParameterException(command, "--address " + address + ": no such name or address", e);
        }
    }

    SidecarSettings settings(
            String workload,
            Map<String, String> labels,
            boolean gateway,
            List<SidecarSettings.Service> services,
            SidecarSettings.Listen listen) {
        var who = new SidecarSettings.Who(
                workload, namespace, labels, serviceAccount, cluster, locality, gateway, services);
        return new SidecarSettings(who, listen, config(), Duration.ofSeconds(drain))
                .with(names())
                .withCredentials(Optional.ofNullable(credentials))
                .withMaxConnections(mostConnections());
    }

    private OptionalInt mostConnections() {
        if (maxConnections == null) {
            return OptionalInt.empty();
        }
        if (maxConnections < 1) {
            throw wrong("--max-connections " + maxConnections + ": expected at least 1");
        }
        return OptionalInt.of(maxConnections);
    }

    private NameSettings names() {
        if (dnsTimeout < 1 || dnsMinRefresh < 1) {
            throw wrong("--dns-timeout and --dns-min-refresh: expected at least 1 ms");
        }
        return NameSettings.DEFAULT
                .with(dnsServers.stream().map(this::dnsServer).toList())
                .with(Duration.ofMillis(dnsTimeout), Duration.ofMillis(dnsMinRefresh));
    }

    private InetSocketAddress dnsServer(String text) {
        int colon = text.lastIndexOf(':');
        boolean six = text.indexOf(':') != colon && !text.startsWith("[");
        String address = colon < 0 || six ? text : text.substring(0, colon);
        try {
            int port = colon < 0 || six ? 53 : Integer.parseInt(text.substring(colon + 1));
            return new InetSocketAddress(InetAddress.ofLiteral(address.replaceAll("[\\[\\]]", "")), port);
        } catch (IllegalArgumentException e) {
            throw wrong("--dns-server " + text + ": expected an IP address, or one with :PORT");
        }
    }
}
