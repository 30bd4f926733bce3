package dev.meltemi.cli;

import dev.meltemi.bus.BusState;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Retention;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "bug-report",
        description =
                "Packs what a stranger needs to understand this mesh into a zip, without keys, tokens and cookies.")
final class BugReportCommand extends OperatorCommand {
    /// Of access events; more say nothing more.
    private static final int MOST_EVENTS = 10_000;
    private static final Duration RECENT = Duration.ofMinutes(10);

    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "bug-report.zip",
            description = "default: bug-report.zip")
    Path out = Path.of("bug-report.zip");

    BugReportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var now = surroundings.clock().instant();
        try (MeshBus opened = bus.open(surroundings.buses())) {
            bus.reach(opened);
            try (var zip = new ZipOutputStream(Files.newOutputStream(out))) {
                write(zip, ReportFile.MADE_AT, now.toString());
                write(zip, "versions.txt", versions());
                var state = opened.inspect(Topics.all());
                write(zip, "topics.json", Listing.json(topics(state)));
                write(
                        zip,
                        "check.json",
                        Redaction.text(Listing.json(
                                CheckCommand.json(CheckCommand.running(opened, bus, surroundings, Duration.ZERO)))));
                pack(opened, state, now, zip);
            }
            out().println(out + " written (" + (Files.size(out) >> 10)
                    + " KiB). Read it with -f: meltemi proxy-status -f " + out);
            out().flush();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.DATA, "can't write " + out + ": " + e.getMessage(), e);
        }
    }

    private void pack(MeshBus opened, BusState state, Instant now, ZipOutputStream zip) throws IOException {
        var kept = new ArrayList<TopicEvent<?>>();
        for (var topic : state.topics()) {
            if (topic.exists()) {
                var records = records(opened, topic.topic(), now);
                write(zip, ReportFile.FOLDER + topic.topic().name() + ReportFile.SUFFIX, lines(records));
                if (topic.topic().retention() instanceof Retention.Compacted) {
                    kept.addAll(records);
                }
            }
        }
        var picture = new MeshPicture();
        kept.forEach(picture::apply);
        for (var one : picture.accepted.entrySet()) {
            write(
                    zip,
                    "documents/" + one.getKey() + ".yaml",
                    Redaction.document(one.getValue().text()));
        }
        for (var one : picture.beats.entrySet()) {
            var heartbeat = one.getValue().heartbeat();
            write(zip, "sidecars/" + one.getKey() + "/heartbeat.json", Redaction.text(heartbeat.toString()));
            try {
                write(
                        zip,
                        "sidecars/" + one.getKey() + "/config.json",
                        Redaction.text(Listing.json(
                                ProxyView.fromTopics(kept, heartbeat).rows())));
            } catch (CommandFailure e) {
                write(zip, "sidecars/" + one.getKey() + "/config.json", String.valueOf(e.getMessage()));
            }
        }
    }

    /// The newest record of each key, and of what is kept by age the last minutes.
    private List<TopicEvent<?>> records(MeshBus opened, Topic<?> topic, Instant now) {
        boolean byKey = topic.retention() instanceof Retention.Compacted;
        boolean all = byKey
                || topic.name().equals(Topics.HISTORY.name())
                || topic.name().equals(Topics.REJECTED.name());
        var newest = new LinkedHashMap<String, TopicEvent<?>>();
        bus.each(opened, List.of(topic), all ? null : now.minus(RECENT), event -> {
            switch (event) {
                case TopicEvent.Put<?> put -> {
                    String key = byKey && !topic.name().equals(Topics.REVISIONS.name())
                            ? put.key()
                            : put.at().partition() + "/" + put.at().number();
                    newest.remove(key);
                    newest.put(key, put);
                    if (!byKey && newest.size() > MOST_EVENTS) {
                        newest.pollFirstEntry();
                    }
                }
                case TopicEvent.Delete<?> delete -> newest.remove(delete.key());
                case TopicEvent.Poisoned<?> _,
                        TopicEvent.Progress<?> _,
                        TopicEvent.CaughtUp<?> _,
                        TopicEvent.Replaced<?> _ -> {}
            }
        });
        return List.copyOf(newest.values());
    }

    private static String lines(List<TopicEvent<?>> records) {
        var lines = new StringBuilder();
        for (var record : records) {
            if (record instanceof TopicEvent.Put<?> put) {
                lines.append(line(put)).append('\n');
            }
        }
        return lines.toString();
    }

    private static <V> String line(TopicEvent.Put<V> put) {
        return ReportFile.line(
                put,
                Redaction.bytes(
                        put.topic().codec(), put.value(), put.raw(), put.topic().name()));
    }

    private static String versions() {
        String own = BugReportCommand.class.getPackage().getImplementationVersion();
        return "meltemi " + (own == null ? "development" : own) + "\njava " + Runtime.version() + "\nos "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + "\n";
    }

    private static Map<String, Object> topics(BusState state) {
        var topics = new TreeMap<String, Object>();
        for (var topic : state.topics()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("id", topic.topicId());
            fields.put("beginnings", topic.beginnings());
            fields.put("ends", topic.ends());
            fields.put("settings", new TreeMap<>(topic.settings()));
            fields.put("differences", topic.differences());
            topics.put(topic.topic().name(), fields);
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("cluster", state.clusterId());
        all.put("brokers", state.brokers());
        all.put("topics", topics);
        return all;
    }

    private static void write(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }
}
