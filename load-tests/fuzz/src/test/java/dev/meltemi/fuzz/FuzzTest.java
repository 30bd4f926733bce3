package dev.meltemi.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.SupportMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jazzer, from a fixed seed and for a bounded number of inputs, so that a build fails or doesn't for a reason; with
/// `-Dfuzz.runs=N` and `-Dfuzz.seed=N` for longer.
class FuzzTest {
    private static final int DOCUMENTS = 2_000;
    private static final int ANSWERS = 20_000;
    private static final int CONVERSATIONS = 400;
    private static final int SEED = Integer.getInteger("fuzz.seed", 1);
    private static final String HTTP = "dev.meltemi.proxy.**:io.netty.handler.codec.http.**";
    private static final int LONGEST_INPUT = 4_096;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void no_text_makes_judging_compiling_or_routing_throw() throws IOException, InterruptedException {
        finds_nothing(
                DocumentTarget.class,
                DOCUMENTS,
                documents(),
                "dev.meltemi.resources.**:dev.meltemi.rules.**:dev.meltemi.routing.**",
                "-dict=" + words());
    }

    @Test
    void an_answer_is_read_alike_in_whatever_pieces_it_comes() throws IOException, InterruptedException {
        finds_nothing(AnswerTarget.class, ANSWERS, Seeds.answers(corpus()), HTTP);
    }

    @Test
    void no_conversation_makes_a_proxy_fail_hang_or_pass_on_what_is_not_http()
            throws IOException, InterruptedException {
        finds_nothing(ConversationTarget.class, CONVERSATIONS, Seeds.conversations(corpus()), HTTP);
    }

    private void finds_nothing(Class<?> target, int usual, Path corpus, String instrumented, String... more)
            throws IOException, InterruptedException {
        int runs = Integer.getInteger("fuzz.runs", usual);
        Path said = folder.resolve("said.txt");
        var command = command(target, runs, instrumented);
        command.addAll(List.of(more));
        command.add(corpus.toString());
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .directory(folder.toFile());
        // sockets of its own are no finding
        builder.environment().put("JAZZER_SSRF_PERMISSIVE_UNTIL_CONFIGURED", "1");

        var fuzzer = builder.start();
        boolean ended = fuzzer.waitFor(10L * Math.max(1, runs / 20_000), TimeUnit.MINUTES);
        fuzzer.destroyForcibly();

        assertThat(ended).as("the fuzzer ended by itself").isTrue();
        assertThat(fuzzer.exitValue()).as("what it said:%n%s", tail(said)).isZero();
        assertThat(Files.readString(said)).contains("Done " + runs + " runs");
    }

    private Path corpus() throws IOException {
        return Files.createDirectory(folder.resolve("corpus"));
    }

    /// Documents to begin with, and beside them the words of all kinds.
    private Path documents() throws IOException {
        Path corpus = corpus();
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

    private static List<String> command(Class<?> target, int runs, String instrumented) {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=" + instrumented,
                "--disabled_hooks=*",
                "--custom_hook_excludes=**",
                "-runs=" + runs,
                "-seed=" + SEED,
                "-max_len=" + LONGEST_INPUT,
                "-timeout=20"));
    }

    private static String tail(Path said) throws IOException {
        var lines = Files.readAllLines(said);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }
}
