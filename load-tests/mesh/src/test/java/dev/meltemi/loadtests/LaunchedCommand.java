package dev.meltemi.loadtests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/// A command run from the project's root, as a person types it.
final class LaunchedCommand {
    private final String line;
    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers;

    private LaunchedCommand(String line, Process process) {
        this.line = line;
        this.process = process;
        this.readers = List.of(
                collect(process.inputReader(StandardCharsets.UTF_8), out),
                collect(process.errorReader(StandardCharsets.UTF_8), err));
    }

    static LaunchedCommand start(String... command) {
        return start(Map.of(), command);
    }

    static LaunchedCommand start(Map<String, String> environment, String... command) {
        var builder = new ProcessBuilder(command).directory(root().toFile());
        builder.environment().putAll(environment);
        try {
            var process = builder.start();
            process.getOutputStream().close();
            return new LaunchedCommand(String.join(" ", command), process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs it to its end.
    static LaunchedCommand run(Map<String, String> environment, Duration patience, String... command) {
        var launched = start(environment, command);
        if (!launched.endsWithin(patience)) {
            launched.kill();
            throw new AssertionError(launched.line + " didn't end within " + patience + ":\n" + launched.everything());
        }
        return launched;
    }

    static Path root() {
        return Path.of(System.getProperty("meltemi.root", "../.."))
                .toAbsolutePath()
                .normalize();
    }

    private static Thread collect(BufferedReader reader, List<String> lines) {
        return Thread.ofVirtual().start(() -> reader.lines().forEach(lines::add));
    }

    void awaitLine(Predicate<String> expected, Duration patience) {
        try {
            Awaitility.await().atMost(patience).until(() -> said(expected) || !process.isAlive());
        } catch (ConditionTimeoutException e) {
            kill();
            throw new AssertionError(line + " didn't say it within " + patience + ":\n" + everything(), e);
        }
        if (!said(expected)) {
            throw new AssertionError(line + " ended with " + process.exitValue() + ":\n" + everything());
        }
    }

    private boolean said(Predicate<String> expected) {
        return out.stream().anyMatch(expected);
    }

    boolean alive() {
        return process.isAlive();
    }

    /// Also waits for the rest of what it said.
    boolean endsWithin(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
            for (Thread reader : readers) {
                reader.join(patience);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void signal(String name) {
        run(Map.of(), Duration.ofSeconds(5), "kill", "-" + name, String.valueOf(process.pid()));
    }

    void kill() {
        process.destroyForcibly();
    }

    int exitCode() {
        return process.exitValue();
    }

    String out() {
        return String.join("\n", out);
    }

    String err() {
        return String.join("\n", err);
    }

    String everything() {
        return out() + "\n" + err();
    }
}
