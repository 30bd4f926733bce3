package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/// What tests do in network namespaces of their own. Needs root and `ip`.
final class Namespaces {
    private Namespaces() {}

    /// Whether we may make one, which is there afterwards.
    static boolean canMake(String name) throws InterruptedException {
        return System.getProperty("user.name").equals("root") && succeeds("ip", "netns", "add", name);
    }

    /// @param text as `printf` takes it
    /// @return what came until the connection ended, or was reset
    static String connectFrom(String namespace, String host, int port, String text)
            throws IOException, InterruptedException {
        return run("ip", "netns", "exec", namespace, "bash", "-c", command(host, port, text));
    }

    static String command(String host, int port, String text) {
        return "exec 3<>/dev/tcp/" + host + "/" + port + "; printf '" + text
                + "' >&3; timeout 10 cat <&3 2> /dev/null || true";
    }

    /// @return what it said, without the last line's end
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", String.join(" ", command), said)
                .isZero();
        return said.strip();
    }

    static boolean succeeds(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /// A main class of this package, in a namespace; the proxy in the group whose connections aren't intercepted.
    ///
    /// @param said hears its lines; it is there once one of them is `ready`
    static Process start(String namespace, Consumer<String> said, String main, String... args) throws IOException {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        if (main.equals("InterceptingProxy")) {
            command.addAll(List.of("setpriv", "--regid", "1337", "--clear-groups"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "dev.meltemi.proxy." + main));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("CLASSPATH", System.getProperty("java.class.path")));
        Process process = builder.start();
        var lines = new CopyOnWriteArrayList<String>();
        Thread.ofVirtual().start(() -> read(process.inputReader(), said, lines));
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .failFast(main + " has ended", () -> !process.isAlive())
                .until(() -> lines.contains("ready"));
        return process;
    }

    private static void read(BufferedReader from, Consumer<String> said, List<String> lines) {
        try {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                lines.add(line);
                said.accept(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
