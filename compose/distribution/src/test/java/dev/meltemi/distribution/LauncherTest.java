package dev.meltemi.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the `meltemi` script runs, seen by something that stands in for the JVM. Images run the same script.
class LauncherTest {
    @TempDir
    Path folder;

    private String commandLine(String command) throws IOException, InterruptedException {
        Path launcher = Files.copy(Path.of("..", "..", "meltemi"), folder.resolve("meltemi"));
        Files.createDirectory(folder.resolve("lib"));
        Path jdk = Files.createDirectories(folder.resolve("jdk/bin"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
        Path java = Files.writeString(jdk.resolve("java"), "#!/bin/sh\necho \"$@\"\n");
        for (Path program : new Path[] {launcher, java}) {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        var builder = new ProcessBuilder(launcher.toString(), command).redirectErrorStream(true);
        builder.environment().put("MELTEMI_JAVA_HOME", folder.resolve("jdk").toString());
        var process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "gateway", "control", "broker", "ca", "demo"})
    void who_is_out_of_memory_ends_so_that_a_supervisor_starts_it_anew(String command) throws Exception {
        assertThat(commandLine(command).split("\\s+")).contains("-XX:+ExitOnOutOfMemoryError", command);
    }

    @Test
    void what_a_sidecar_may_use_is_bounded() throws Exception {
        assertThat(commandLine("sidecar"))
                .containsPattern("-Xmx\\d+m ")
                .containsPattern("-XX:MaxDirectMemorySize=\\d+m ")
                .containsPattern("-XX:MaxMetaspaceSize=\\d+m ")
                .containsPattern("-XX:ReservedCodeCacheSize=\\d+m ");
    }
}
