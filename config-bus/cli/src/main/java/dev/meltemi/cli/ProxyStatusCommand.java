package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.cli.MeshPicture.Beat;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "proxy-status",
        aliases = "ps",
        description = "What each sidecar runs, measured against the newest revision.")
final class ProxyStatusCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    ReadOptions bus = new ReadOptions();

    @Parameters(arity = "0..1", paramLabel = "SIDECAR", description = "only workloads whose name begins so")
    @Nullable
    String wanted;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}")
    OutputFormat output = OutputFormat.table;

    ProxyStatusCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// istioctl's words: SYNCED runs the newest cut, STALE an older one (or the newest, from a silent sidecar), NOT
    /// SENT nothing yet, REJECTED refuses a newer one.
    enum State {
        SYNCED,
        STALE,
        NOT_SENT,
        REJECTED;

        @Override
        public String toString() {
            return name().replace('_', ' ');
        }
    }

    private record Row(Heartbeat heartbeat, State state, Duration seen) {}

    @Override
    public Integer call() {
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, List.of(Topics.SIDECARS, Topics.REVISIONS))) {
            var now = bus.now(surroundings.clock());
            var rows = watch.read(picture -> rows(picture, now));
            long newest = watch.read(
                    picture -> picture.cut().map(cut -> cut.getConfigOffset()).orElse(-1L));
            print(rows, newest);
            if (rows.isEmpty()) {
                err().println("No sidecar has sent a heartbeat"
                        + (wanted == null ? "." : " under a name that begins with " + wanted + "."));
            }
            return ExitCode.OK;
        }
    }

    private List<Row> rows(MeshPicture picture, Instant now) {
        long sequence = picture.cut().map(cut -> cut.getSequence()).orElse(-1L);
        return picture.beats.values().stream()
                .filter(beat -> wanted == null || beat.heartbeat().getWorkload().startsWith(wanted))
                .map(beat -> row(beat, sequence, now))
                .sorted(Comparator.comparing(row -> row.heartbeat().getInstance()))
                .toList();
    }

    private static Row row(Beat beat, long newestSequence, Instant now) {
        var heartbeat = beat.heartbeat();
        var seen = Duration.between(beat.at().brokerTime(), now);
        State state;
        if (!heartbeat.getRefusals().isEmpty()) {
            state = State.REJECTED;
        } else if (heartbeat.getTopicId().isEmpty()) {
            state = State.NOT_SENT;
        } else if (heartbeat.getSequence() < newestSequence
                || heartbeat.getStale()
                || seen.compareTo(Fleet.ALIVE) > 0) {
            state = State.STALE;
        } else {
            state = State.SYNCED;
        }
        return new Row(heartbeat, state, seen);
    }

    private void print(List<Row> rows, long newest) {
        switch (output) {
            case table, wide -> table(rows, newest).print(out());
            case name -> rows.forEach(row -> out().println(name(row.heartbeat())));
            case json ->
                out().println(JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(
                                rows.stream().map(ProxyStatusCommand::fields).toList()));
            case jsonl -> {
                var mapper = JsonMapper.builder().build();
                rows.forEach(row -> out().println(mapper.writeValueAsString(fields(row))));
            }
            case yaml -> rows.forEach(row -> out().print("---\n" + new DocumentTree(fields(row)).yaml()));
        }
        out().flush();
    }

    private Table table(List<Row> rows, long newest) {
        boolean wide = output == OutputFormat.wide;
        var table = wide
                ? new Table(
                        "NAME",
                        "VERSION",
                        "CONFIG",
                        "STATE",
                        "ROUTES",
                        "ENDPOINTS",
                        "TELEMETRY",
                        "LAST SEEN",
                        "INSTANCE",
                        "REFUSALS")
                : new Table("NAME", "VERSION", "CONFIG", "STATE", "TELEMETRY", "LAST SEEN");
        for (var row : rows) {
            var beat = row.heartbeat();
            String telemetry = beat.getTelemetryWaiting() + "/" + beat.getTelemetryDropped();
            String seen = DurationText.of(row.seen()) + " ago" + (beat.getDraining() ? ", draining" : "");
            if (wide) {
                table.add(
                        name(beat),
                        beat.getVersion(),
                        config(beat, newest),
                        row.state().toString(),
                        "" + beat.getRoutes(),
                        "" + beat.getEndpoints(),
                        telemetry,
                        seen,
                        beat.getInstance(),
                        String.join("; ", beat.getRefusals()));
            } else {
                table.add(
                        name(beat),
                        beat.getVersion(),
                        config(beat, newest),
                        row.state().toString(),
                        telemetry,
                        seen);
            }
        }
        return table;
    }

    /// `1842`, or `1839/-3` for one that lags by three offsets.
    private static String config(Heartbeat heartbeat, long newest) {
        if (heartbeat.getTopicId().isEmpty()) {
            return "-";
        }
        long lag = Math.max(0, newest - heartbeat.getConfigOffset());
        return heartbeat.getConfigOffset() + (lag == 0 ? "" : "/-" + lag);
    }

    private static String name(Heartbeat heartbeat) {
        return heartbeat.getWorkload() + "." + heartbeat.getNamespace();
    }

    private static Map<String, Object> fields(Row row) {
        var beat = row.heartbeat();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", name(beat));
        fields.put("instance", beat.getInstance());
        fields.put("type", beat.getType().name());
        fields.put("version", beat.getVersion());
        fields.put("state", row.state().toString());
        fields.put("configOffset", beat.getConfigOffset());
        fields.put("sequence", beat.getSequence());
        fields.put("topicId", beat.getTopicId());
        fields.put("fromFile", beat.getStale());
        fields.put("draining", beat.getDraining());
        fields.put("refusals", beat.getRefusals());
        fields.put("routes", beat.getRoutes());
        fields.put("endpoints", beat.getEndpoints());
        fields.put("telemetrySent", beat.getTelemetrySent());
        fields.put("telemetryWaiting", beat.getTelemetryWaiting());
        fields.put("telemetryDropped", beat.getTelemetryDropped());
        fields.put("lastSeenMs", row.seen().toMillis());
        return fields;
    }
}
