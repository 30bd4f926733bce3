package dev.meltemi.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.SupportMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jazzer, from a fixed seed and for a bounded number of inputs, so that a build fails or doesn't for a reason; with
/// `-Dfuzz.runs=N` and `-Dfuzz.seed=N` for longer.
class FuzzTest {
    private static final int RUNS = Integer.getInteger("fuzz.runs", 2_000);
    private static final int SEED = Integer.getInteger("fuzz.seed", 1);
    private static final int LONGEST_INPUT = 4_096;
    private static final long PATIENCE_MINUTES = 10L * Math.max(1, RUNS / 20_000);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void no_text_makes_judging_compiling_or_routing_throw() throws IOException, InterruptedException {
        Path corpus = corpus();
        Path said = folder.resolve("said.txt");

        var fuzzer = new ProcessBuilder(command(corpus))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .directory(folder.toFile())
                .start();
        boolean ended = fuzzer.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
        fuzzer.destroyForcibly();

        assertThat(ended).as("the fuzzer ended by itself").isTrue();
        assertThat(fuzzer.exitValue()).as("what it said:%n%s", tail(said)).isZero();
        assertThat(Files.readString(said)).contains("Done " + RUNS + " runs");
    }

    /// Documents to begin with, and beside them the words of all kinds.
    private Path corpus() throws IOException {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        try (var seeds = Files.list(Path.of("src/test/resources/seeds"))) {
            for (Path seed : seeds.toList()) {
                Files.copy(seed, corpus.resolve(seed.getFileName()));
            }
        }
        return corpus;
    }

    private Path words() throws IOException {
        var words = new TreeSet<String>();
        SupportMatrix.kinds().forEach(kind -> {
            words.add(kind.kind());
            words.addAll(kind.apiVersions());
            kind.fields()
                    .forEach(field ->
                            words.addAll(List.of(field.path().replace("[]", "").split("\\.", -1))));
        });
        words.remove("*");
        Path dictionary = folder.resolve("words.dict");
        Files.write(dictionary, words.stream().map(word -> "\"" + word + ": \"").toList());
        return dictionary;
    }

    private List<String> command(Path corpus) throws IOException {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + DocumentTarget.class.getName(),
                "--instrumentation_includes=dev.meltemi.resources.**:dev.meltemi.rules.**:dev.meltemi.routing.**",
                "--disabled_hooks=*",
                "-runs=" + RUNS,
                "-seed=" + SEED,
                "-max_len=" + LONGEST_INPUT,
                "-timeout=20",
                "-dict=" + words(),
                corpus.toString());
    }

    private static String tail(Path said) throws IOException {
        var lines = Files.readAllLines(said);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }
}
