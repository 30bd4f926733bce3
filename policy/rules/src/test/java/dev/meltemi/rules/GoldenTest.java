package dev.meltemi.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.generic.IndexedRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each folder under `golden` is a case: what the mesh is told, and what sidecars are told. How to add one
/// stands in `golden/README.md`.
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    static List<Path> cases() throws IOException {
        try (Stream<Path> folders = Files.list(GOLDEN)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void compiles_as_written(Path folder) throws IOException {
        Path expected = folder.resolve("compiled.yaml");
        var state = MeshState.EMPTY;
        for (Change change : told(folder)) {
            state = state.with(change);
        }

        String compiled = text(Compiler.all(state));

        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(expected, compiled);
        }
        assertThat(compiled).isEqualTo(Files.readString(expected));
    }

    private static List<Change> told(Path folder) throws IOException {
        var changes = new ArrayList<Change>();
        for (var document : Documents.split(Files.readString(folder.resolve("told.yaml")))) {
            long offset = changes.size();
            switch (Documents.judge(document.text(), Optional.empty())) {
                case Verdict.Accepted accepted -> changes.add(new Change.Accepted(accepted.resource(), offset, offset));
                case Verdict.Rejected rejected ->
                    throw new AssertionError(folder + ", line " + document.firstLine() + ": " + rejected.errors());
            }
        }
        Path instances = folder.resolve("instances.txt");
        if (Files.exists(instances)) {
            for (String line : Files.readAllLines(instances)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    instance(line.trim().split("\\s+", -1), changes);
                }
            }
        }
        return changes;
    }

    /// `instance namespace address labels`, then `unhealthy`, `silent`, `mtls` or `serves=host:port`.
    private static void instance(String[] words, List<Change> changes) {
        var labels = new TreeMap<String, String>();
        for (String label : words[3].split(",", -1)) {
            labels.put(label.substring(0, label.indexOf('=')), label.substring(label.indexOf('=') + 1));
        }
        var services = new ArrayList<RegisteredService>();
        boolean healthy = true;
        boolean mtls = false;
        for (String word : List.of(words).subList(4, words.length)) {
            if (word.startsWith("serves=")) {
                String[] hostAndPort = word.substring("serves=".length()).split(":", -1);
                services.add(new RegisteredService(
                        hostAndPort[0], List.of(new RegisteredPort("http", Integer.parseInt(hostAndPort[1]), "HTTP"))));
            } else if (word.equals("silent")) {
                changes.add(new Change.Health(words[0], false));
            } else if (word.equals("mtls")) {
                mtls = true;
            } else {
                healthy = !word.equals("unhealthy");
            }
        }
        changes.add(new Change.Registered(Registration.newBuilder()
                .setInstance(words[0])
                .setWorkload(words[0].split("~", -1)[0])
                .setNamespace(words[1])
                .setAddress(words[2])
                .setLabels(labels)
                .setServices(services)
                .setHealthy(healthy)
                .setMtls(mtls)
                .setType(ProxyType.SIDECAR)
                .build()));
    }

    private static String text(Compiled compiled) {
        return section("routes", compiled.routes())
                + section("gateways", compiled.gateways())
                + section("endpoints", compiled.endpoints())
                + section("access", compiled.access())
                + section("settings", compiled.settings());
    }

    private static String section(String topic, Map<String, ? extends IndexedRecord> records) {
        var text = new StringBuilder();
        new TreeMap<>(records)
                .forEach((key, value) ->
                        text.append(text.isEmpty() ? "# " + topic + "\n" : "").append(RecordText.of(key, value)));
        return text.toString();
    }
}
