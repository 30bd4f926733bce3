package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "proxy-config",
        aliases = "pc",
        description =
                "Routes, clusters, endpoints, listeners or certificates of one proxy, and which rule each row comes"
                        + " from.")
final class ProxyConfigCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Parameters(
            index = "0",
            paramLabel = "WHAT",
            description = "routes, clusters, endpoints, listeners, secret or all; istioctl's r, c, ep, l and s do too")
    String what = "all";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PROXY",
            description = "reviews-v1, reviews-v1.default or an instance id")
    @Nullable
    String target;

    @Option(names = "--admin", paramLabel = "HOST:PORT", description = "ask the proxy itself, at its admin port")
    @Nullable
    String admin;

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "a config dump (JSON), or a bug report (zip)")
    @Nullable
    Path file;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}")
    OutputFormat output = OutputFormat.table;

    /// What can be asked for.
    ///
    /// @param name of the rows in a view
    /// @param names on the command line
    /// @param fields of a row, below the heads
    private record Section(String name, List<String> names, List<String> heads, List<String> fields) {
        static final Section SECRET = new Section(
                "secret",
                List.of("secret", "secrets", "s"),
                List.of(
                        "RESOURCE NAME",
                        "TYPE",
                        "STATUS",
                        "VALID CERT",
                        "SERIAL NUMBER",
                        "NOT AFTER",
                        "NOT BEFORE",
                        "TRUST DOMAIN"),
                List.of("name", "type", "status", "valid", "serial", "notAfter", "notBefore", "trustDomain"));
        static final List<Section> ALL = List.of(
                new Section(
                        "routes",
                        List.of("routes", "route", "r"),
                        List.of("NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE", "DESTINATION", "SOURCE"),
                        List.of("name", "virtualHost", "domains", "match", "virtualService", "destination", "source")),
                new Section(
                        "clusters",
                        List.of("clusters", "cluster", "c"),
                        List.of("SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE", "SOURCE"),
                        List.of("fqdn", "port", "subset", "direction", "type", "destinationRule", "source")),
                new Section(
                        "endpoints",
                        List.of("endpoints", "endpoint", "ep"),
                        List.of("ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"),
                        List.of("endpoint", "status", "outlierCheck", "cluster")),
                new Section(
                        "listeners",
                        List.of("listeners", "listener", "l"),
                        List.of("ADDRESSES", "PORT", "MATCH", "DESTINATION"),
                        List.of("addresses", "port", "match", "destination")),
                SECRET);
    }

    ProxyConfigCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var sections = sections();
        var rows = new LinkedHashMap<Section, JsonNode>();
        boolean dump = file != null && !file.toString().endsWith(".zip");
        if (admin != null || dump) {
            var view = admin != null ? ProxyView.fromAdmin(admin) : ProxyView.fromFile(Objects.requireNonNull(file));
            Instant now = surroundings.clock().instant();
            sections.forEach(one -> rows.put(
                    one,
                    one.equals(Section.SECRET)
                            ? SecretRows.judged(view.rows().path(one.name()), now)
                            : view.rows().path(one.name())));
            err().println(view.how());
        } else {
            fromTopics(sections, rows);
        }
        print(rows);
        return ExitCode.OK;
    }

    private List<Section> sections() {
        String wanted = what.toLowerCase(Locale.ROOT);
        if (wanted.equals("all")) {
            return Section.ALL;
        }
        for (var section : Section.ALL) {
            if (section.names.contains(wanted)) {
                return List.of(section);
            }
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "there is no '" + what + "' of a proxy; there are routes, clusters, endpoints, listeners, secret, all");
    }

    private void fromTopics(List<Section> sections, Map<Section, JsonNode> rows) {
        if (target == null) {
            throw new CommandFailure(ExitCode.USAGE, "say which proxy: `meltemi proxy-status` lists them");
        }
        List<Topic<?>> topics = new ArrayList<>(CompiledAt.TOPICS);
        topics.addAll(List.of(Topics.SIDECARS, Topics.WORKLOADS, Topics.CERTIFICATES));
        try (MeshBus opened = file == null ? bus.open(surroundings.buses()) : SavedBus.of(file)) {
            var events = bus.read(opened, topics, null);
            var heartbeat = heartbeat(events, target);
            var view = ProxyView.fromTopics(events, heartbeat);
            for (var section : sections) {
                rows.put(
                        section,
                        section.equals(Section.SECRET)
                                ? SecretRows.of(
                                        events, heartbeat, surroundings.clock().instant())
                                : view.rows().path(section.name()));
            }
            err().println(view.how());
        }
    }

    /// The newest of the instances that the name fits.
    private static Heartbeat heartbeat(List<TopicEvent<?>> events, String target) {
        var picture = new MeshPicture();
        events.forEach(picture::apply);
        String name = target.substring(target.indexOf('/') + 1);
        return picture.beats.values().stream()
                .filter(beat -> {
                    var one = beat.heartbeat();
                    return name.equals(one.getInstance())
                            || name.equals(one.getWorkload())
                            || name.equals(one.getWorkload() + "." + one.getNamespace());
                })
                .max(Comparator.comparing(beat -> beat.at().brokerTime()))
                .map(MeshPicture.Beat::heartbeat)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.DATA,
                        "no proxy of the name " + target + " sends heartbeats; `meltemi proxy-status` lists them"));
    }

    private void print(Map<Section, JsonNode> all) {
        if (output != OutputFormat.table && output != OutputFormat.wide) {
            var fields = new LinkedHashMap<String, Object>();
            all.forEach((section, rows) -> fields.put(section.name(), plain(rows)));
            new Listing(out(), output).print(List.of(fields), one -> one, one -> String.join(",", one.keySet()));
            out().flush();
            return;
        }
        all.forEach((section, rows) -> {
            if (all.size() > 1) {
                out().println(section.name().toUpperCase(Locale.ROOT));
            }
            var table = new Table(section.heads.toArray(String[]::new));
            for (var row : rows) {
                table.add(section.fields.stream()
                        .map(field -> row.path(field).asString(""))
                        .toArray(String[]::new));
            }
            table.print(out());
            if (all.size() > 1) {
                out().println();
            }
        });
        out().flush();
    }

    private static List<Map<String, Object>> plain(JsonNode rows) {
        var list = new ArrayList<Map<String, Object>>();
        for (var row : rows) {
            var fields = new LinkedHashMap<String, Object>();
            row.properties()
                    .forEach(field -> fields.put(
                            field.getKey(),
                            field.getValue().isNumber()
                                    ? field.getValue().asLong()
                                    : field.getValue().asString("")));
            list.add(fields);
        }
        return list;
    }
}
