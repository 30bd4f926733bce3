package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A proxy that may open no more files: it can neither accept a connection nor make one. What is open goes on, whoever
/// asks hears 503, nothing spins, and nothing is lost when there is room again. Needs `prlimit`.
class OpenFilesTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    /// So that nothing is pooled.
    private static final String LAST = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

    private static final int ROOM = 6;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<RawClient> callers = new ArrayList<>();
    private @Nullable Process proxy;

    @AfterEach
    void stop() throws IOException {
        for (RawClient caller : callers) {
            caller.close();
        }
        if (proxy != null) {
            proxy.destroyForcibly();
            proxy.onExit().join();
        }
    }

    @Test
    void too_many_open_files_are_503_uf_for_who_is_in_and_a_wait_for_who_is_not() throws Exception {
        assumeTrue(canLimit(), "needs prlimit");
        try (var origin = new RecordingOrigin(visit -> {
            visit.readRequest();
            visit.write(LAST);
        })) {
            Process process = start(origin.address().getPort());
            InetSocketAddress address = address();
            for (int i = 0; i < 8; i++) {
                assertThat(RawClient.ask(address, GET)).startsWith("HTTP/1.1 200");
            }
            int before = settled(process);
            told.clear();

            limit(process, before + ROOM);
            for (int i = 0; i < 2 * ROOM; i++) {
                callers.add(new RawClient(address));
            }
            Awaitility.await().until(() -> open(process) == before + ROOM);
            for (RawClient caller : callers) {
                caller.write(GET);
            }

            for (RawClient caller : callers.subList(0, ROOM)) {
                assertThat(caller.answer()).startsWith("HTTP/1.1 503");
            }
            Duration cpu = cpu(process);
            Awaitility.await()
                    .during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> ended().size() == ROOM);
            assertThat(ended())
                    .allSatisfy(line -> assertThat(line)
                            .startsWith("ended 503 UF")
                            .containsIgnoringCase("local_connection_failure|")
                            .containsIgnoringCase("too_many_open_files"));
            assertThat(cpu(process).minus(cpu)).as("CPU of 2 s").isLessThan(Duration.ofMillis(800));
            assertThat(told.size()).as("lines, not one per attempt to accept").isLessThan(100);

            limit(process, 1024);

            for (RawClient caller : callers.subList(ROOM, 2 * ROOM)) {
                assertThat(caller.answer()).startsWith("HTTP/1.1 200");
            }
            for (RawClient caller : callers) {
                caller.write(GET);
                assertThat(caller.answer()).startsWith("HTTP/1.1 200");
                caller.close();
            }
            Awaitility.await().untilAsserted(() -> assertThat(open(process)).isLessThanOrEqualTo(before));
        }
    }

    private List<String> ended() {
        return told.stream().filter(line -> line.startsWith("ended ")).toList();
    }

    private static boolean canLimit() throws InterruptedException {
        try {
            return new ProcessBuilder("prlimit", "--version").start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static void limit(Process process, int files) throws IOException, InterruptedException {
        var limiting = new ProcessBuilder("prlimit", "--pid", Long.toString(process.pid()), "--nofile=" + files + ":")
                .inheritIO()
                .start();
        assertThat(limiting.waitFor()).isZero();
    }

    private static int open(Process process) {
        try (var files = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many are open when nobody is connected any more.
    private static int settled(Process process) {
        var seen = new int[] {-1};
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
            int last = seen[0];
            seen[0] = open(process);
            return last == seen[0];
        });
        return seen[0];
    }

    private static Duration cpu(Process process) {
        return process.info().totalCpuDuration().orElseThrow();
    }

    private Process start(int originPort) throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "dev.meltemi.proxy.ScarceProxy",
                        Integer.toString(originPort))
                .redirectErrorStream(true);
        builder.environment().putAll(Map.of("CLASSPATH", System.getProperty("java.class.path")));
        Process started = builder.start();
        proxy = started;
        Thread.ofVirtual().start(() -> read(started.inputReader()));
        return started;
    }

    private InetSocketAddress address() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> told.stream().anyMatch(line -> line.startsWith("ready ")));
        String ready = told.stream()
                .filter(line -> line.startsWith("ready "))
                .findFirst()
                .orElseThrow();
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(ready.substring(6)));
    }

    private void read(BufferedReader from) {
        try {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                told.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
