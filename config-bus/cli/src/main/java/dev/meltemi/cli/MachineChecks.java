package dev.meltemi.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;

/// Of the machine on which a part of the mesh is to run.
///
/// @param java feature version
/// @param isFree whether a port can be had
/// @param folder in which state is to be kept
/// @param freeBytes there
record MachineChecks(int java, IntPredicate isFree, Path folder, long freeBytes) {
    private static final String MACHINE = "machine";
    private static final int JAVA = 25;
    /// A demo's broker, state files and logs.
    private static final long ENOUGH = 1L << 30;
    /// Registry, admin, outbound, inbound, control's health, metrics, sidecar's health.
    private static final List<Integer> PORTS = List.of(8081, 15000, 15001, 15006, 15014, 15020, 15021);

    static MachineChecks here(Path folder) {
        return new MachineChecks(Runtime.version().feature(), MachineChecks::canBind, folder, free(folder));
    }

    List<Check> all() {
        return List.of(javaVersion(), ports(), writable(), room());
    }

    private Check javaVersion() {
        String description = "Java " + JAVA + " or newer";
        return java >= JAVA
                ? Check.ok(MACHINE, description)
                : Check.error(
                        MACHINE,
                        description,
                        "this is Java " + java,
                        "install a JDK " + JAVA + ", for example Temurin, and set JAVA_HOME");
    }

    private Check ports() {
        String description = "the mesh's ports are free";
        var taken = PORTS.stream()
                .filter(port -> !isFree.test(port))
                .map(String::valueOf)
                .toList();
        return taken.isEmpty()
                ? Check.ok(MACHINE, description)
                : Check.warning(
                        MACHINE,
                        description,
                        "taken: " + String.join(", ", taken),
                        "who has one: ss -ltnp 'sport = :" + taken.getFirst()
                                + "'; each has an option, and on loopback each sidecar an address of its own");
    }

    private Check writable() {
        String description = "state can be kept in " + folder;
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, "check", ""));
            return Check.ok(MACHINE, description);
        } catch (IOException e) {
            return Check.error(MACHINE, description, "it can't be written: " + e, "name another: --state-dir");
        }
    }

    private Check room() {
        String description = "at least 1 GiB is free there";
        return freeBytes >= ENOUGH
                ? Check.ok(MACHINE, description)
                : Check.warning(
                        MACHINE,
                        description,
                        (freeBytes >> 20) + " MiB are free",
                        "a full disk stops broker and state files");
    }

    private static boolean canBind(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static long free(Path folder) {
        try {
            Path there = folder.toAbsolutePath();
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }
}
