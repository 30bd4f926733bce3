package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The benchmark beside the peers in its short form, which needs none of them: whether it still can measure.
class BenchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void the_bench_measures_our_gateway_and_writes_table_data_and_picture(@TempDir Path folder) throws IOException {
        assumeTrue(isInstalled("python3"), "python3 isn't installed: the bench isn't tried");
        Path out = folder.resolve("out");

        LaunchedCommand.run(
                Map.of(),
                PATIENCE,
                "python3",
                "load-tests/bench",
                "--quick",
                "--meltemi",
                launcher(folder).toString(),
                "--out",
                out.toString());

        assertThat(out.resolve("bench.md")).content().contains("| smoke, µs of CPU a request | **meltemi** |");
        assertThat(out.resolve("bench.json")).content().contains("\"cpu_us\"", "\"errors\": \"\"");
        assertThat(out.resolve("bench.svg")).content().startsWith("<svg ").endsWith("</svg>\n");
    }

    /// What `meltemi` is on this class path: the distribution may not be built yet.
    private static Path launcher(Path folder) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path script = Files.writeString(
                folder.resolve("meltemi"), """
                    #!/bin/sh
                    exec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \\
                      --sun-misc-unsafe-memory-access=allow -cp '%s' dev.meltemi.distribution.Meltemi "$@"
                    """.formatted(java, System.getProperty("java.class.path")));
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    private static boolean isInstalled(String tool) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
