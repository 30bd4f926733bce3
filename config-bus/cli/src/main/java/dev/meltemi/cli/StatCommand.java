package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "stat",
        description = "Success rate, requests per second and latencies of what is called, from the access events.")
final class StatCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    ReadOptions bus = new ReadOptions();

    @Mixin
    EventWindow window = new EventWindow();

    @Parameters(
            arity = "0..1",
            paramLabel = "TARGET",
            description = "svc or deploy: a row each; svc/reviews, deploy/reviews-v1 or reviews: only that")
    @Nullable
    String target;

    @Option(
            names = {"-n", "--namespace"},
            description = "only of this namespace (default: all)")
    @Nullable
    String namespace;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}")
    OutputFormat output = OutputFormat.table;

    private record Row(String name, String namespace, int meshed, int of, Traffic traffic) {}

    StatCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        boolean workloads = target != null && target.matches("(deploy|deployment|workload|pod)s?(/.*)?");
        boolean all = target == null || target.matches("svc|service|services|deploy|deployments?|workloads?|pods?");
        var filter = TapFilter.reportedBy("both").to(all ? null : target);
        try (MeshBus opened = bus.open(surroundings.buses())) {
            var span = window.span(bus.now(surroundings.clock()));
            var traffic = new TreeMap<String, Traffic>();
            window.requests(bus, opened, span, event -> {
                if (filter.matches(event) && (namespace == null || namespace.equals(where(event, workloads)))) {
                    traffic.computeIfAbsent(where(event, workloads) + "/" + name(event, workloads), _ -> new Traffic())
                            .add(event);
                }
            });
            var meshed = meshed(opened);
            var rows = traffic.entrySet().stream()
                    .map(entry -> row(entry.getKey(), entry.getValue(), meshed, workloads))
                    .toList();
            print(rows, span.length());
            if (rows.isEmpty()) {
                err().println("No request ended between " + span.begin() + " and " + span.end()
                        + (target == null ? "." : " at " + target + ".") + " -t 10m looks further back.");
            }
            return ExitCode.OK;
        }
    }

    /// Instances that speak, by namespace/workload: those alive, and all.
    private Map<String, int[]> meshed(MeshBus opened) {
        var meshed = new TreeMap<String, int[]>();
        try (MeshWatch watch = bus.watch(opened, List.of(Topics.SIDECARS))) {
            var now = bus.now(surroundings.clock());
            watch.read(picture -> {
                picture.beats.values().forEach(beat -> {
                    var heartbeat = beat.heartbeat();
                    int[] count = meshed.computeIfAbsent(
                            heartbeat.getNamespace() + "/" + heartbeat.getWorkload(), _ -> new int[2]);
                    var age = Duration.between(beat.at().brokerTime(), picture.reference(now));
                    count[0] += age.compareTo(Fleet.ALIVE) <= 0 ? 1 : 0;
                    count[1]++;
                });
                return meshed;
            });
        }
        return meshed;
    }

    /// A service's instances are those of the workloads whose name begins with its own, as bookinfo's do; -/- when
    /// there is none.
    private static Row row(String key, Traffic traffic, Map<String, int[]> meshed, boolean workloads) {
        int[] sum = new int[2];
        meshed.forEach((workload, count) -> {
            if (workload.equals(key) || (!workloads && workload.startsWith(key + "-"))) {
                sum[0] += count[0];
                sum[1] += count[1];
            }
        });
        int slash = key.indexOf('/');
        return new Row(key.substring(slash + 1), key.substring(0, slash), sum[0], sum[1], traffic);
    }

    private static String name(AccessEvent event, boolean workloads) {
        return workloads ? event.getDestinationWorkload() : event.getDestinationServiceName();
    }

    private static String where(AccessEvent event, boolean workloads) {
        return workloads ? event.getDestinationWorkloadNamespace() : event.getDestinationServiceNamespace();
    }

    private void print(List<Row> rows, Duration length) {
        if (output == OutputFormat.table || output == OutputFormat.wide) {
            var table = new Table("NAME", "MESHED", "SUCCESS", "RPS", "LATENCY_P50", "LATENCY_P95", "LATENCY_P99");
            for (var row : rows) {
                var traffic = row.traffic();
                table.add(
                        row.name(),
                        row.of() == 0 ? "-" : row.meshed() + "/" + row.of(),
                        Traffic.percent(traffic.success()),
                        Traffic.rate(traffic.rps(length)),
                        Traffic.time(traffic.latency(50)),
                        Traffic.time(traffic.latency(95)),
                        Traffic.time(traffic.latency(99)));
            }
            table.print(out());
        } else {
            new Listing(out(), output).print(rows, row -> fields(row, length), Row::name);
        }
        out().flush();
    }

    private static Map<String, Object> fields(Row row, Duration length) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", row.name());
        fields.put("namespace", row.namespace());
        fields.put("meshed", row.meshed() + "/" + row.of());
        fields.putAll(row.traffic().fields(length));
        return fields;
    }
}
