package dev.meltemi.schemas;

import dev.meltemi.schemas.registry.RegisteredSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/// The schemas that were ever released, under ids that never change. Each is a file `registered/<id>.avsc`, and a
/// line `id topic version` in `registered/versions.txt`. Nothing is read or parsed before somebody asks: a sidecar
/// that meets only records of its own version never does.
public final class SchemaIds {
    /// Of the newest `AccessEvent`, which is written by hand.
    public static final int ACCESS_EVENT = 8;

    private static final String FOLDER = "registered/";
    private static final Map<Integer, Schema> PARSED = new ConcurrentHashMap<>();

    /// One released schema.
    ///
    /// @param topic without prefix: `telemetry.access`
    /// @param version counts from 1 within the topic
    public record Registered(int id, String topic, int version) {
        /// Where a Confluent registry keeps it: `mesh.telemetry.access-value` (TopicNameStrategy).
        public String subject(String prefix) {
            return prefix + topic + "-value";
        }

        /// The Avro schema as JSON, on one line.
        public String json() {
            return text(id + ".avsc").strip();
        }
    }

    private SchemaIds() {}

    /// Every released schema, by id.
    public static List<Registered> all() {
        return text("versions.txt")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(SchemaIds::registered)
                .toList();
    }

    /// Takes in a schema that a newer version registered on `mesh.schemas`. An id means the same for ever, so what is
    /// known already is never replaced.
    ///
    /// @return false when it is no Avro schema
    public static boolean learn(RegisteredSchema newer) {
        try {
            if (!isReleased(newer.getId())) {
                PARSED.putIfAbsent(newer.getId(), new Schema.Parser().parse(newer.getDefinition()));
            }
            return true;
        } catch (RuntimeException e) {
            return false; // Avro answers malformed text with several exceptions
        }
    }

    private static boolean isReleased(int id) {
        return all().stream().anyMatch(registered -> registered.id() == id);
    }

    /// @throws UnknownSchemaException when neither a released schema nor a learnt one has that id: the writer is newer
    /// than this reader
    static Schema byId(int id) throws UnknownSchemaException {
        Schema known = PARSED.get(id);
        if (known != null) {
            return known;
        }
        if (!isReleased(id)) {
            throw new UnknownSchemaException(id);
        }
        Schema parsed = new Schema.Parser().parse(text(id + ".avsc"));
        PARSED.put(id, parsed);
        return parsed;
    }

    private static Registered registered(String line) {
        List<String> words = List.of(line.split(" ", -1));
        return new Registered(Integer.parseInt(words.get(0)), words.get(1), Integer.parseInt(words.get(2)));
    }

    private static String text(String file) {
        try (InputStream in = SchemaIds.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException(FOLDER + file + " is missing from the jar of module schemas");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(FOLDER + file + " can't be read from the jar of module schemas", e);
        }
    }
}
