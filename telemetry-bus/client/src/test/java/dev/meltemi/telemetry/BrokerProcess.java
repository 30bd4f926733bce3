package dev.meltemi.telemetry;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A broker in a process of its own, so that it can be frozen.
final class BrokerProcess implements AutoCloseable {
    private static final String READY = "broker at ";

    private final Process process;
    private final String bootstrapServers;

    private BrokerProcess(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    /// The child: runs until its standard input ends, so it dies with its parent.
    public static void main(String[] args) throws IOException {
        try (var broker = EmbeddedBroker.start(BrokerSettings.anyPort(Path.of(args[0])))) {
            System.out.println(READY + broker.bootstrapServers());
            System.out.flush();
            while (System.in.read() >= 0) {}
        }
    }

    static BrokerProcess start(Path directory) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                Thread.ofPlatform().daemon().start(() -> output.lines().forEach(rest -> {}));
                return new BrokerProcess(process, line.substring(READY.length()));
            }
        }
        throw new IllegalStateException("the broker's process ended before it was ready");
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    void freeze() throws IOException {
        signal("-STOP");
    }

    void thaw() throws IOException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException {
        await(new ProcessBuilder("kill", signal, Long.toString(process.pid())).start());
    }

    @Override
    public void close() throws IOException {
        thaw();
        process.getOutputStream().close();
        if (!await(process)) {
            process.destroyForcibly();
        }
    }

    private static boolean await(Process process) {
        try {
            return process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
