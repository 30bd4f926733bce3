package dev.meltemi.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One process of the mesh, which may be killed, frozen, and started again with the same command line.
public final class Member implements AutoCloseable {
    private static final int MOST_LINES = 50_000;
    private static final Duration END = Duration.ofSeconds(10);
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    /// What a process said, and when it was heard.
    public record Line(Instant at, String text) {}

    private final String name;
    private List<String> command;
    private final Map<String, String> environment;
    private final Predicate<String> ready;
    private final Deque<Line> lines = new ConcurrentLinkedDeque<>();
    private volatile boolean saidReady;
    private @Nullable Process process;

    /// @param ready the line that says that it has started
    Member(String name, List<String> command, Map<String, String> environment, Predicate<String> ready) {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.ready = ready;
    }

    /// The same as another process.
    Member another(String itsName) {
        return new Member(itsName, command, environment, ready);
    }

    /// From its next start on it may have that many descriptors.
    Member limited(int descriptors) {
        var limiting = new ArrayList<>(List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors));
        limiting.addAll(command);
        command = List.copyOf(limiting);
        return this;
    }

    public String name() {
        return name;
    }

    /// Begins to start it; see {@link #awaitStarted}.
    public Member launch() {
        if (alive()) {
            throw new IllegalStateException(name + " runs already");
        }
        saidReady = false;
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        try {
            var started = builder.start();
            process = started;
            started.getOutputStream().close();
            collect(started.inputReader(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can't be started: " + String.join(" ", command), e);
        }
        return this;
    }

    private void collect(BufferedReader reader) {
        Thread.ofVirtual().name("output-" + name).start(() -> {
            try (reader) {
                for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                    lines.add(new Line(Instant.now(), text));
                    saidReady |= ready.test(text);
                    if (lines.size() > MOST_LINES) {
                        lines.poll();
                    }
                }
            } catch (IOException e) {
                lines.add(new Line(Instant.now(), "its output ended: " + e.getMessage()));
            }
        });
    }

    /// Waits until it says that it has started.
    public Member awaitStarted(Duration patience) {
        Await.within(patience, () -> saidReady || !alive());
        if (!saidReady) {
            throw new IllegalStateException(
                    name + (alive() ? " didn't start within " + patience : " ended at its start") + ":\n" + tail(40));
        }
        return this;
    }

    public boolean alive() {
        var running = process;
        return running != null && running.isAlive();
    }

    public long pid() {
        return running().pid();
    }

    /// SIGKILL, and waits until it is gone.
    public void kill() {
        var running = process;
        if (running != null) {
            running.destroyForcibly();
            awaitEnd(running, END);
        }
    }

    /// SIGTERM, and waits until it is gone; SIGKILL when that takes longer than the patience.
    ///
    /// @return whether it ended by itself
    public boolean terminate(Duration patience) {
        var running = process;
        if (running != null) {
            running.destroy();
            if (!awaitEnd(running, patience)) {
                kill();
                return false;
            }
        }
        return true;
    }

    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    public void signal(String signal) {
        try {
            var kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
            if (!awaitEnd(kill, END) || kill.exitValue() != 0) {
                throw new IllegalStateException("kill -" + signal + " of " + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Bytes of all objects that can be reached, as `jcmd` counts them after a full collection.
    long liveHeap() {
        var counted = TOTAL.matcher(jcmd("GC.class_histogram"));
        if (!counted.find()) {
            throw new IllegalStateException("jcmd doesn't tell of " + name + "'s heap");
        }
        return Long.parseLong(counted.group(1));
    }

    private String jcmd(String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            var asked = new ProcessBuilder(jcmd, Long.toString(pid()), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process running() {
        var running = process;
        if (running == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return running;
    }

    private static boolean awaitEnd(Process process, Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// What it said from then on, over all its lives.
    public List<Line> linesSince(Instant since) {
        return lines.stream().filter(line -> !line.at().isBefore(since)).toList();
    }

    /// Its last words, for messages.
    public String tail(int count) {
        var all = new ArrayList<>(lines);
        return String.join(
                "\n",
                all.subList(Math.max(0, all.size() - count), all.size()).stream()
                        .map(Line::text)
                        .toList());
    }

    @Override
    public void close() {
        kill();
    }
}
