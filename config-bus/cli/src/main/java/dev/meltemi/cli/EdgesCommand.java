package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.telemetry.AccessEvent;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "edges", description = "Who calls whom, as whom, and whether it is secured by mutual TLS.")
final class EdgesCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    ReadOptions bus = new ReadOptions();

    @Mixin
    EventWindow window = new EventWindow();

    @Option(
            names = {"-n", "--namespace"},
            description = "only from or to this namespace (default: all)")
    @Nullable
    String namespace;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}")
    OutputFormat output = OutputFormat.table;

    /// An edge; what a called proxy proved is known only from its own events, so both sides are asked.
    private record Edge(String source, String destination, String sourceNamespace, String destinationNamespace)
            implements Comparable<Edge> {
        private static final Comparator<Edge> ORDER = Comparator.comparing(Edge::source)
                .thenComparing(Edge::destination)
                .thenComparing(Edge::sourceNamespace)
                .thenComparing(Edge::destinationNamespace);

        @Override
        public int compareTo(Edge other) {
            return ORDER.compare(this, other);
        }
    }

    /// What was seen on an edge.
    private static final class Seen {
        private String client = "";
        private String server = "";
        private long secured;
        private long plain;

        void add(AccessEvent event) {
            client = newer(client, event.getSourcePrincipal());
            server = newer(server, event.getDestinationPrincipal());
            switch (event.getConnectionSecurityPolicy()) {
                case "mutual_tls" -> secured++;
                case "none" -> plain++;
                default -> {} // a caller's proxy says unknown, as Istio's does
            }
        }

        private static String newer(String known, String told) {
            return told.isEmpty() || told.equals("unknown") ? known : told;
        }

        /// Linkerd's mark; when only a part is secured, how much; nothing when nobody knows.
        String mark() {
            if (secured + plain == 0) {
                return "";
            }
            return plain == 0
                    ? "√"
                    : secured == 0 ? "no" : Traffic.percent((double) secured / (secured + plain)) + " √";
        }
    }

    EdgesCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (MeshBus opened = bus.open(surroundings.buses())) {
            var span = window.span(bus.now(surroundings.clock()));
            var edges = new TreeMap<Edge, Seen>();
            EventWindow.events(bus, opened, span, event -> {
                var edge = new Edge(
                        event.getSourceWorkload(),
                        destination(event),
                        event.getSourceWorkloadNamespace(),
                        event.getDestinationWorkloadNamespace());
                if (namespace == null
                        || namespace.equals(edge.sourceNamespace())
                        || namespace.equals(edge.destinationNamespace())) {
                    edges.computeIfAbsent(edge, _ -> new Seen()).add(event);
                }
            });
            print(edges);
            if (edges.isEmpty()) {
                err().println("No request ended between " + span.begin() + " and " + span.end()
                        + ". -t 10m looks further back.");
            }
            return ExitCode.OK;
        }
    }

    private static String destination(AccessEvent event) {
        String workload = event.getDestinationWorkload();
        return workload.equals("unknown") ? event.getDestinationServiceName() : workload;
    }

    private void print(Map<Edge, Seen> edges) {
        if (output == OutputFormat.table || output == OutputFormat.wide) {
            var table = new Table("SRC", "DST", "SRC_NS", "DST_NS", "CLIENT_ID", "SERVER_ID", "SECURED");
            edges.forEach((edge, seen) -> table.add(
                    edge.source(),
                    edge.destination(),
                    edge.sourceNamespace(),
                    edge.destinationNamespace(),
                    seen.client,
                    seen.server,
                    seen.mark()));
            table.print(out());
        } else {
            new Listing(out(), output)
                    .print(
                            List.copyOf(edges.entrySet()),
                            entry -> fields(entry.getKey(), entry.getValue()),
                            entry -> entry.getKey().source() + "→"
                                    + entry.getKey().destination());
        }
        out().flush();
    }

    private static Map<String, Object> fields(Edge edge, Seen seen) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("src", edge.source());
        fields.put("dst", edge.destination());
        fields.put("srcNamespace", edge.sourceNamespace());
        fields.put("dstNamespace", edge.destinationNamespace());
        fields.put("clientId", seen.client);
        fields.put("serverId", seen.server);
        fields.put("secured", seen.plain == 0 && seen.secured > 0);
        fields.put("securedRequests", seen.secured);
        fields.put("plainRequests", seen.plain);
        return fields;
    }
}
