package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong before a mesh runs: each message says what, where, why and what to do next.
class FailuresAreExplainedTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int UNAVAILABLE = 69;
    private static final int USAGE = 64;

    @TempDir
    Path folder = Path.of("");

    @Test
    void a_jdk_of_another_version_is_named() throws IOException {
        Path jdk = folder.resolve("jdk-17");
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        assertThat(Files.createFile(jdk.resolve("bin/java")).toFile().setExecutable(true))
                .isTrue();

        var done = meltemi(Map.of("MELTEMI_JAVA_HOME", jdk.toString()), "version");

        assertThat(done.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(done.err()).contains(jdk.toString(), "is not a JDK 25", "17.0.15", "name another");
    }

    @Test
    void an_unreachable_broker_is_named() {
        var done = meltemi(
                Map.of(), "get", "virtualservices", "--bootstrap-servers", "127.0.0.1:1", "--request-timeout", "2s");

        assertThat(done.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(done.err()).contains("127.0.0.1:1", "Connection refused", "meltemi broker", "--bootstrap-servers");
        assertThat(done.out()).isEmpty();
    }

    @Test
    void a_port_in_use_is_named() throws IOException {
        int offset = RunningDemo.freeOffset();
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 19092 + offset));

            var done = meltemi(Map.of(), "demo", "--headless", "--port-offset", String.valueOf(offset));

            assertThat(done.exitCode()).isEqualTo(UNAVAILABLE);
            assertThat(done.err()).contains(String.valueOf(19092 + offset), "--port-offset");
        }
    }

    @Test
    void a_folder_that_cant_be_used_is_named() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        var done = meltemi(Map.of(), "demo", "--headless", "--data-dir", file.toString());

        assertThat(done.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(done.err()).contains(file.toString(), "--data-dir");
    }

    @Test
    void a_wrong_option_is_named() {
        var done = meltemi(Map.of(), "demo", "--port-offset", "99999");

        assertThat(done.exitCode()).isEqualTo(USAGE);
        assertThat(done.err()).contains("99999", "45000");
    }

    /// Without the cache, which brings the classes that it holds along whether they are used or not.
    @Test
    void help_loads_neither_kafka_nor_netty() {
        var done = meltemi(Map.of("MELTEMI_JAVA_OPTS", "-XX:AOTMode=off -Xlog:class+load:stdout"), "--help");

        assertThat(done.exitCode()).isZero();
        assertThat(done.out())
                .contains("proxy-status")
                .doesNotContain(" org.apache.kafka.", " io.netty.", " reactor.netty.");
    }

    private static LaunchedCommand meltemi(Map<String, String> environment, String... arguments) {
        var command = new String[arguments.length + 1];
        command[0] = "./meltemi";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return LaunchedCommand.run(environment, PATIENCE, command);
    }
}
