package dev.meltemi.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Who holds a TCP port, as far as /proc tells us (proc(5)): other people's processes hide their sockets.
final class ListeningProcess {
    private static final String LISTEN = "0A";

    private ListeningProcess() {}

    /// `pid 4711, java`; empty when it can't be known.
    static Optional<String> on(int port) {
        var sockets = listeningSockets(port);
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> holds(process.pid(), sockets))
                    .findFirst()
                    .map(process -> "pid " + process.pid()
                            + process.info()
                                    .command()
                                    .map(command -> ", " + Path.of(command).getFileName())
                                    .orElse(""));
        }
    }

    /// Links of the form `socket:[inode]`.
    private static Set<String> listeningSockets(int port) {
        var found = new HashSet<String>();
        var suffix = String.format(Locale.ROOT, ":%04X", port);
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try (Stream<String> lines = Files.lines(Path.of(table))) {
                lines.map(line -> line.strip().split("\\s+", -1))
                        .filter(fields -> fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals(LISTEN))
                        .forEach(fields -> found.add("socket:[" + fields[9] + "]"));
            } catch (IOException | java.io.UncheckedIOException e) {
                return found; // no /proc: the pid stays unknown, the error is told without it
            }
        }
        return found;
    }

    private static boolean holds(long pid, Set<String> sockets) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.anyMatch(file -> sockets.contains(target(file)));
        } catch (IOException | java.io.UncheckedIOException e) {
            return false;
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
