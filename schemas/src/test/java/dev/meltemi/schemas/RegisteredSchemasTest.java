package dev.meltemi.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What was released under an id stays readable for ever, and is never changed. With `-Dupdate.docs=true` an id of
/// the catalogue that has no file yet is registered.
class RegisteredSchemasTest {
    private static final Path FOLDER = Path.of("src/main/resources/dev/meltemi/schemas/registered");

    static List<Topic<?>> avroTopics() {
        return Topics.all().stream()
                .filter(topic -> topic.codec() instanceof AvroCodec<?>)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("avroTopics")
    void the_current_schema_is_the_newest_registered_one(Topic<?> topic) throws IOException {
        var codec = (AvroCodec<?>) topic.codec();
        if (Boolean.getBoolean("update.docs")) {
            register(topic.name(), codec.id(), codec.schema());
        }

        Path file = FOLDER.resolve(codec.id() + ".avsc");

        assertThat(file)
                .as(
                        "schema %d of topic %s; register it with: mvn test -pl schemas -Dupdate.docs=true",
                        codec.id(), topic)
                .exists();
        assertThat(codec.schema())
                .as(
                        "the schema of topic %s differs from what is registered under its id %d, which never changes:"
                                + " take the next free id in Topics and register it with: mvn test -pl schemas"
                                + " -Dupdate.docs=true",
                        topic.name(), codec.id())
                .isEqualTo(new Schema.Parser().parse(Files.readString(file)));
        assertThat(versionsOf(topic.name()).getLast().id())
                .as("id of the newest version of topic %s in %s", topic.name(), FOLDER.resolve("versions.txt"))
                .isEqualTo(codec.id());
    }

    @ParameterizedTest
    @MethodSource("avroTopics")
    void every_released_version_can_be_read_as_the_current_one(Topic<?> topic) {
        Schema reader = ((AvroCodec<?>) topic.codec()).schema();

        assertThat(versionsOf(topic.name()))
                .allSatisfy(version -> assertThat(
                                SchemaCompatibility.checkReaderWriterCompatibility(reader, SchemaIds.byId(version.id()))
                                        .getType())
                        .as("reading version %d (schema %d) of topic %s", version.version(), version.id(), topic.name())
                        .isEqualTo(SchemaCompatibilityType.COMPATIBLE));
    }

    @Test
    void ids_are_unique_and_versions_count_from_one() {
        List<SchemaIds.Registered> all = SchemaIds.all();

        assertThat(all).extracting(SchemaIds.Registered::id).doesNotHaveDuplicates();
        assertThat(avroTopics())
                .allSatisfy(topic -> assertThat(versionsOf(topic.name()))
                        .extracting(SchemaIds.Registered::version)
                        .containsExactlyElementsOf(Stream.iterate(1, n -> n + 1)
                                .limit(versionsOf(topic.name()).size())
                                .toList()));
    }

    private static List<SchemaIds.Registered> versionsOf(String topic) {
        return SchemaIds.all().stream()
                .filter(registered -> registered.topic().equals(topic))
                .toList();
    }

    private static void register(String topic, int id, Schema schema) throws IOException {
        Path file = FOLDER.resolve(id + ".avsc");
        if (Files.exists(file)) {
            return;
        }
        Files.writeString(file, schema + "\n");
        var lines = new ArrayList<>(Files.readAllLines(FOLDER.resolve("versions.txt")));
        if (lines.stream().anyMatch(line -> line.startsWith(id + " "))) {
            return;
        }
        long version = 1
                + lines.stream()
                        .filter(line -> line.contains(" " + topic + " "))
                        .count();
        lines.add(id + " " + topic + " " + version);
        Files.write(FOLDER.resolve("versions.txt"), lines);
        // The copy that the running test reads.
        Path built =
                Path.of("target/classes").resolve(Objects.requireNonNull(FOLDER.subpath(3, FOLDER.getNameCount())));
        Files.createDirectories(built);
        Files.copy(file, built.resolve(id + ".avsc"));
        Files.write(built.resolve("versions.txt"), lines);
    }
}
