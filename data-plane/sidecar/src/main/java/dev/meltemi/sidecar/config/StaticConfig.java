package dev.meltemi.sidecar.config;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.Verdict;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Configuration from a folder of documents, compiled by the code that the route-compiler runs: for trying, testing and
/// benchmarks, without a bus.
public final class StaticConfig {
    private static final Logger LOG = LoggerFactory.getLogger(StaticConfig.class);

    private StaticConfig() {}

    /// @param folder its *.yaml, *.yml and *.json files and those below are read in the order of their names; the first
    /// document counts as the oldest
    /// @throws StartException naming every fault of every document
    public static Compiled compile(Path folder) {
        var changes = new ArrayList<Change>();
        var faults = new ArrayList<String>();
        try {
            for (Path file : files(folder)) {
                for (var document : Documents.split(Files.readString(file))) {
                    switch (Documents.judge(document.text(), Optional.empty())) {
                        case Verdict.Accepted accepted -> changes.add(change(accepted, file, changes.size()));
                        case Verdict.Rejected rejected ->
                            rejected.errors()
                                    .forEach(finding -> faults.add(file + ":"
                                            + (document.firstLine()
                                                    + finding.at().line()
                                                    - 1) + ":"
                                            + finding.at().column() + " [" + finding.code() + "] " + finding.path()
                                            + " "
                                            + finding.text()));
                    }
                }
            }
        } catch (IOException e) {
            throw new StartException(StartException.DATA, "can't read " + folder + ": " + e.getMessage(), e);
        }
        if (!faults.isEmpty()) {
            throw new StartException(StartException.DATA, String.join("\n", faults));
        }
        if (changes.isEmpty()) {
            throw new StartException(
                    StartException.DATA, "no document in " + folder + ": it needs *.yaml, *.yml or *.json files");
        }
        return Compiler.all(Compiler.step(MeshState.EMPTY, changes).after());
    }

    private static Change change(Verdict.Accepted accepted, Path file, int sequence) {
        Resource resource = accepted.resource();
        accepted.warnings()
                .forEach(finding -> LOG.warn(
                        "event=warning file={} resource={} code={} text=\"{}\"",
                        file,
                        resource.key(),
                        finding.code(),
                        finding.text()));
        accepted.notInForce()
                .forEach(feature -> LOG.warn(
                        "event=not-in-force file={} resource={} feature=\"{}\"", file, resource.key(), feature));
        return new Change.Accepted(resource, sequence, sequence);
    }

    private static List<Path> files(Path folder) throws IOException {
        if (Files.isRegularFile(folder)) {
            return List.of(folder);
        }
        try (var below = Files.walk(folder)) {
            return below.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName()
                            .toString()
                            .toLowerCase(Locale.ROOT)
                            .matches(".*\\.(yaml|yml|json)"))
                    .sorted()
                    .toList();
        }
    }
}
