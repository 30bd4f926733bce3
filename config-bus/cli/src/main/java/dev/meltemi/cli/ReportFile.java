package dev.meltemi.cli;

import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;

/// The records of a bug report: `topics/<name>.tsv`, a line a record: topic id, partition, offset, broker time in ms,
/// key, headers (`name=value` with both base64, comma separated), value (base64).
///
/// @param madeAt when the report was made
/// @param lines by topic name
record ReportFile(Instant madeAt, Map<String, List<String>> lines) {
    static final String FOLDER = "topics/";
    static final String SUFFIX = ".tsv";
    static final String MADE_AT = "made-at";
    private static final int COLUMNS = 7;
    /// A report holds minutes of telemetry; what unpacks to more is none.
    private static final long MOST_BYTES = 512L << 20;

    /// @throws CommandFailure when it can't be read or is no report
    static ReportFile read(Path path) {
        try (var zip = new ZipFile(path.toFile())) {
            var made = zip.getEntry(MADE_AT);
            if (made == null) {
                throw new CommandFailure(
                        ExitCode.DATA,
                        path + " is no bug report: it has no entry " + MADE_AT + "; `meltemi bug-report` makes one");
            }
            var lines = new HashMap<String, List<String>>();
            long left = MOST_BYTES;
            for (var entry : zip.stream().toList()) {
                if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(SUFFIX)) {
                    byte[] bytes = zip.getInputStream(entry).readNBytes((int) Math.min(Integer.MAX_VALUE, left));
                    left -= bytes.length;
                    String topic = entry.getName()
                            .substring(FOLDER.length(), entry.getName().length() - SUFFIX.length());
                    lines.put(
                            topic,
                            new String(bytes, StandardCharsets.UTF_8).lines().toList());
                }
            }
            byte[] time = zip.getInputStream(made).readNBytes(100);
            return new ReportFile(Instant.parse(new String(time, StandardCharsets.UTF_8).strip()), lines);
        } catch (IOException | RuntimeException e) {
            throw e instanceof CommandFailure known
                    ? known
                    : new CommandFailure(
                            ExitCode.DATA, "can't read " + path + " as a bug report: " + e.getMessage(), e);
        }
    }

    <V> List<TopicEvent.Put<V>> records(Topic<V> topic) {
        var records = new ArrayList<TopicEvent.Put<V>>();
        for (String line : lines.getOrDefault(topic.name(), List.of())) {
            String[] columns = line.split("\t", -1);
            if (columns.length == COLUMNS) {
                byte[] value = Base64.getDecoder().decode(columns[6]);
                var at = new Offset(
                        columns[0],
                        Integer.parseInt(columns[1]),
                        Long.parseLong(columns[2]),
                        Instant.ofEpochMilli(Long.parseLong(columns[3])));
                try {
                    records.add(new TopicEvent.Put<>(
                            topic, columns[4], topic.codec().decode(value), value, headers(columns[5]), at));
                } catch (MalformedRecordException e) {
                    throw new CommandFailure(
                            ExitCode.DATA,
                            topic.name() + " offset " + columns[2] + " of the report: " + e.getMessage(),
                            e);
                }
            }
        }
        return records;
    }

    String topicId(Topic<?> topic) {
        return lines.getOrDefault(topic.name(), List.of()).stream()
                .findFirst()
                .map(line -> line.split("\t", 2)[0])
                .orElse("");
    }

    /// A record as a line of the report.
    static String line(TopicEvent.Put<?> put, byte[] value) {
        return String.join(
                "\t",
                put.at().topicId(),
                Integer.toString(put.at().partition()),
                Long.toString(put.at().number()),
                Long.toString(put.at().brokerTime().toEpochMilli()),
                put.key().replace('\t', ' ').replace('\n', ' '),
                headers(put.headers()),
                Base64.getEncoder().encodeToString(value));
    }

    private static String headers(Headers headers) {
        return String.join(
                ",",
                headers.all().stream()
                        .map(header ->
                                base64(header.name().getBytes(StandardCharsets.UTF_8)) + ":" + base64(clean(header)))
                        .toList());
    }

    /// Signatures are bytes that say nothing; everything else somebody may have typed.
    private static byte[] clean(Headers.Header header) {
        if (header.name().equals(Headers.SIGNATURE) || header.name().equals(Headers.SIGNER)) {
            return header.value();
        }
        String clean = Redaction.isSensitive(header.name()) ? Redaction.REDACTED : Redaction.text(header.text());
        return clean.getBytes(StandardCharsets.UTF_8);
    }

    private static Headers headers(String text) {
        var all = new ArrayList<Headers.Header>();
        for (String pair : text.split(",", -1)) {
            int colon = pair.indexOf(':');
            if (colon > 0) {
                var decoder = Base64.getDecoder();
                all.add(new Headers.Header(
                        new String(decoder.decode(pair.substring(0, colon)), StandardCharsets.UTF_8),
                        decoder.decode(pair.substring(colon + 1))));
            }
        }
        return new Headers(all);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
