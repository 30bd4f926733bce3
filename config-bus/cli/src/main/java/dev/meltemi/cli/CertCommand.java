package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.schemas.identity.OrderedRotation;
import dev.meltemi.schemas.identity.RotateRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "cert", description = "The certificates of workloads: which there are, and orders to replace them.")
final class CertCommand extends OperatorCommand {
    private static final List<Topic<?>> TOPICS = List.of(Topics.CERTIFICATES, Topics.SIDECARS);
    private final Surroundings surroundings;

    CertCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// A leaf of the inventory, and the instance whose heartbeat shows it.
    private record Row(IssuedCertificate issued, Optional<Heartbeat> user) {}

    @Override
    public Integer call() {
        throw new CommandFailure(ExitCode.USAGE, "say which: `meltemi cert list` or `meltemi cert rotate`");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "The newest certificate of each instance, and whether its heartbeat shows it.")
    int list(
            @Option(
                            names = {"-o", "--output"},
                            defaultValue = "table",
                            description = "table or json")
                    OutputFormat output,
            @Mixin BusOptions bus) {
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, TOPICS)) {
            var rows = watch.read(CertCommand::rows);
            if (output == OutputFormat.json) {
                out().println(JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(
                                rows.stream().map(CertCommand::fields).toList()));
            } else {
                var table = new Table(
                        "INSTANCE", "SPIFFE ID", "SERIAL", "NOT BEFORE", "NOT AFTER", "ROTATE AT", "IN USE", "ORDER");
                for (var row : rows) {
                    var issued = row.issued();
                    table.add(
                            issued.getInstance(),
                            issued.getSpiffeId(),
                            issued.getSerial(),
                            issued.getNotBefore().toString(),
                            issued.getNotAfter().toString(),
                            issued.getRotateAt().toString(),
                            row.user().isPresent() ? "yes" : "no",
                            order(issued));
                }
                table.print(out());
            }
            out().flush();
            if (rows.isEmpty()) {
                err().println("No certificate was issued yet: is a CA running, and are proxies started with --ca?");
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = {
                "Has the CA order workloads to replace their certificates at once.",
                "The CA is asked with an operator's certificate; its order travels mesh.certificates."
            })
    int rotate(
            @Parameters(
                            arity = "0..*",
                            paramLabel = "WORKLOAD",
                            description = "instances (reviews-v1.default) or SPIFFE ids")
                    List<String> workloads,
            @Option(names = "--all", description = "every instance") boolean all,
            @Option(names = "--wait", description = "until the heartbeats of all show new certificates") boolean wait,
            @Option(
                            names = "--timeout",
                            defaultValue = "60s",
                            paramLabel = "DURATION",
                            description = "how long to wait (default: ${DEFAULT-VALUE})")
                    Duration timeout,
            @Option(
                            names = "--reason",
                            defaultValue = "an operator asked for it",
                            paramLabel = "TEXT",
                            description = "written into the order")
                    String reason,
            @Option(
                            names = "--ca",
                            defaultValue = "${env:MELTEMI_CA:-127.0.0.1:15012}",
                            paramLabel = "HOST:PORT",
                            description = "the CA (default: $$MELTEMI_CA, else 127.0.0.1:15012)")
                    String ca,
            @Option(
                            names = "--ca-credentials",
                            defaultValue = "${env:MELTEMI_CREDENTIALS:-}",
                            paramLabel = "DIR",
                            description =
                                    "the operator's, DIR/operator of \"ca init\" (default: $$MELTEMI_CREDENTIALS)")
                    String credentials,
            @Mixin BusOptions bus) {
        if (all == (workloads != null && !workloads.isEmpty())) {
            throw new CommandFailure(ExitCode.USAGE, "name workloads, or --all; `meltemi cert list` shows them");
        }
        var operator = credentials.isEmpty() ? bus.credentials() : Optional.of(credentials);
        if (operator.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--credentials DIR or --ca-credentials DIR is needed: the folder \"operator\" that `meltemi ca"
                            + " init` wrote; only an operator may order rotations");
        }
        var request = RotateRequest.newBuilder()
                .setWorkloads(all ? List.of() : List.copyOf(workloads))
                .setReason(reason)
                .build();
        var ordered = CaDoor.rotate(ca, Path.of(operator.get()), request, surroundings.clock());
        ordered.forEach(one -> out().println(
                        "ordered " + one.getInstance() + " " + one.getSpiffeId() + " replaces " + one.getSerial()));
        out().flush();
        if (ordered.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.DATA,
                    "no certificate in force is meant by that; `meltemi cert list` shows which there are");
        }
        return wait ? await(ordered, timeout, bus) : ExitCode.OK;
    }

    private int await(List<OrderedRotation> ordered, Duration timeout, BusOptions bus) {
        long start = System.nanoTime();
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, TOPICS)) {
            boolean done = watch.await(picture -> open(ordered, picture).isEmpty(), timeout);
            if (!done) {
                List<String> lagging = watch.read(picture -> open(ordered, picture));
                throw new CommandFailure(
                        ExitCode.TIMEOUT,
                        "not rotated within " + DurationText.of(timeout) + ": "
                                + String.join(", ", lagging)
                                + "; next: their logs, event=identity-refused says why");
            }
            err().println("rotated " + ordered.size() + " of " + ordered.size() + " in "
                    + DurationText.of(Duration.ofNanos(System.nanoTime() - start)));
            return ExitCode.OK;
        }
    }

    /// Instances whose heartbeat, if there is one, still shows the old leaf, or whose inventory does.
    private static List<String> open(List<OrderedRotation> ordered, MeshPicture picture) {
        var old = ordered.stream().map(OrderedRotation::getSerial).toList();
        var still = new ArrayList<String>();
        picture.certificates.values().stream()
                .filter(issued -> old.contains(issued.getSerial()) && isNewest(issued, picture))
                .forEach(issued -> still.add(issued.getInstance()));
        picture.beats.values().stream()
                .map(MeshPicture.Beat::heartbeat)
                .filter(beat -> old.contains(beat.getCertificateSerial()))
                .forEach(beat -> still.add(beat.getInstance()));
        return still.stream().distinct().sorted().toList();
    }

    /// Beside the newest leaf of an instance an older one may stand, kept for the token that it was got with.
    private static boolean isNewest(IssuedCertificate issued, MeshPicture picture) {
        return issued.equals(picture.certificates.get(issued.getSpiffeId() + "/" + issued.getInstance()));
    }

    private static List<Row> rows(MeshPicture picture) {
        return picture.certificates.values().stream()
                .filter(issued -> isNewest(issued, picture))
                .map(issued -> new Row(
                        issued,
                        picture.beats.values().stream()
                                .map(MeshPicture.Beat::heartbeat)
                                .filter(beat -> beat.getCertificateSerial().equals(issued.getSerial()))
                                .findFirst()))
                .sorted(Comparator.comparing(row -> row.issued().getInstance()))
                .toList();
    }

    private static String order(IssuedCertificate issued) {
        var order = issued.getOrder();
        return order == null || !order.getSerial().equals(issued.getSerial()) ? "" : order.getReason();
    }

    private static Map<String, @Nullable Object> fields(Row row) {
        var issued = row.issued();
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("instance", issued.getInstance());
        fields.put("spiffeId", issued.getSpiffeId());
        fields.put("serial", issued.getSerial());
        fields.put("notBefore", issued.getNotBefore().toString());
        fields.put("notAfter", issued.getNotAfter().toString());
        fields.put("rotateAt", issued.getRotateAt().toString());
        fields.put("root", issued.getRoot());
        fields.put("rotations", issued.getRotations());
        fields.put("order", order(issued));
        fields.put("inUse", row.user().isPresent());
        fields.put("usedBy", row.user().map(Heartbeat::getInstance).orElse(null));
        return fields;
    }
}
