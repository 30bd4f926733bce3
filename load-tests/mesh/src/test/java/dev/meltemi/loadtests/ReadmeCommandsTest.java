package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Every command in the README works when it is pasted. The demo is there already, on ports of its own, so the
/// default addresses in the commands are replaced by its addresses.
@ExtendWith(DemoExtension.class)
class ReadmeCommandsTest {
    /// How a JVM ends that was told to: 128 + SIGTERM.
    private static final int TERMINATED = 143;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RunningDemo demo;

    ReadmeCommandsTest(RunningDemo demo) {
        this.demo = demo;
    }

    /// Lines of `console` blocks that begin with `$ `, without their comment.
    private static List<String> commands() throws IOException {
        var commands = new ArrayList<String>();
        boolean inside = false;
        for (String line : Files.readAllLines(LaunchedCommand.root().resolve("README.md"))) {
            if (line.startsWith("```")) {
                inside = line.equals("```console");
            } else if (inside && line.startsWith("$ ")) {
                commands.add(line.substring(2).replaceAll("\\s+#.*", ""));
            }
        }
        return commands;
    }

    @TestFactory
    Stream<DynamicTest> works_as_printed(@TempDir Path folder) throws IOException {
        Path rule = Files.writeString(folder.resolve("rule.yaml"), """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: default}
            spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}
            """);
        return commands().stream()
                .map(command -> DynamicTest.dynamicTest(command, () -> {
                    assumeTrue(
                            !command.startsWith("kcat") || installed("kcat"),
                            "kcat is not installed (apt-get install kcat): its commands aren't tried");
                    var words = new String[] {
                        "bash",
                        "-c",
                        "exec "
                                + command.replace("127.0.0.1:19092", demo.bootstrapServers())
                                        .replace("rule.yaml", rule.toString())
                    };
                    var environment = Map.of("MELTEMI_BOOTSTRAP_SERVERS", demo.bootstrapServers());
                    var done = command.startsWith("./meltemi gateway")
                            ? startedAndStopped(environment, words)
                            : LaunchedCommand.run(environment, PATIENCE, words);
                    assertThat(done.exitCode()).as(done.everything()).isIn(0, TERMINATED);
                }));
    }

    /// A command that runs until it is told to end.
    private static LaunchedCommand startedAndStopped(Map<String, String> environment, String... words) {
        var running = LaunchedCommand.start(environment, words);
        running.awaitLine(line -> line.endsWith(" started"), PATIENCE);
        running.signal("TERM");
        assertThat(running.endsWithin(PATIENCE)).as("ends when told to").isTrue();
        return running;
    }

    @Test
    void the_test_command_is_what_ci_runs() throws IOException {
        assertThat(Files.readString(LaunchedCommand.root().resolve("README.md")))
                .contains("\nmvn verify ");
        assertThat(Files.readString(LaunchedCommand.root().resolve(".ci/run"))).contains("mvn -B -ntp verify");
    }

    private static boolean installed(String tool) {
        return LaunchedCommand.run(Map.of(), PATIENCE, "bash", "-c", "command -v " + tool)
                        .exitCode()
                == 0;
    }
}
