package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// One sidecar process that runs a folder of documents: for faults that have nothing to do with a bus.
final class LoneSidecar implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    /// Of one clock tick of `/proc`, which is a hundredth of a second on every Linux.
    private static final long TICK_MILLIS = 10;

    private final Member member;
    private final String address;
    private final HttpClient http = HttpClient.newHttpClient();

    private LoneSidecar(Member member, String address) {
        this.member = member;
        this.address = address;
    }

    /// @param documents YAML of several documents
    /// @param more options
    static LoneSidecar start(Path folder, String address, String documents, String... more) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("mesh.yaml"), documents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var command = new ArrayList<>(Lab.meltemi(
                List.of("-Xmx96m", "-XX:TieredStopAtLevel=1"),
                "sidecar",
                "--workload",
                "caller",
                "--address",
                address,
                "--resources",
                folder.toString()));
        command.addAll(Arrays.asList(more));
        var member = new Member(
                "caller",
                command,
                Map.of("MALLOC_ARENA_MAX", "1", "MELTEMI_BOOTSTRAP_SERVERS", ""),
                line -> line.startsWith("sidecar ") && line.endsWith(" started"));
        member.launch().awaitStarted(START);
        return new LoneSidecar(member, address);
    }

    InetSocketAddress outbound() {
        return new InetSocketAddress(address, 15001);
    }

    /// An admin page: `/clusters`; empty when it doesn't answer.
    String page(String path) {
        return get("http://" + address + ":15000" + path);
    }

    double metric(String name) {
        return get("http://" + address + ":15020/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    private String get(String url) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5));
            return http.send(request.build(), BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /// Sockets that it has open.
    long sockets() {
        try (var files = Files.list(Path.of("/proc", Long.toString(member.pid()), "fd"))) {
            return files.filter(LoneSidecar::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException _) {
            return false; // closed in the meantime
        }
    }

    /// What its threads have used of the processors so far.
    Duration cpu() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(member.pid()), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Duration.ofMillis((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String lastWords() {
        return member.tail(10);
    }

    @Override
    public void close() {
        member.kill();
        http.close();
    }
}
