package dev.meltemi.cli;

import dev.meltemi.bus.BusException;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = "Looks whether the mesh is well, or (--pre) whether it could run here; warnings don't fail.")
final class CheckCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Option(names = "--pre", description = "before the mesh is there: this machine, the broker, its topics")
    boolean pre;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "${sys:user.home}/.meltemi",
            description = "with --pre: where state is to be kept (default: ~/.meltemi)")
    Path folder = Path.of(".");

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = "30s",
            paramLabel = "DURATION",
            description = "look again until all is well, by default at most 30s")
    @Nullable
    Duration wait;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; short: only what isn't well")
    Shape output = Shape.table;

    enum Shape {
        table,
        json,
        Short;

        @Override
        public String toString() {
            return this == Short ? "short" : name();
        }
    }

    CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var checks = pre ? before() : running();
        print(checks);
        return isWell(checks) ? ExitCode.OK : ExitCode.UNKNOWN;
    }

    static boolean isWell(List<Check> checks) {
        return checks.stream().noneMatch(check -> check.result() == Check.Result.error);
    }

    private List<Check> before() {
        var checks = new ArrayList<>(MachineChecks.here(folder).all());
        try (MeshBus opened = bus.open(surroundings.buses())) {
            bus.reach(opened);
            checks.addAll(BusChecks.of(
                    opened.inspect(Topics.all()), surroundings.clock().instant(), false));
        } catch (BusException | CommandFailure e) {
            checks.add(BusChecks.unreachable(String.valueOf(e.getMessage())));
        }
        return checks;
    }

    private List<Check> running() {
        try (MeshBus opened = bus.open(surroundings.buses())) {
            bus.reach(opened);
            return running(opened, bus, surroundings, wait == null ? Duration.ZERO : wait);
        } catch (BusException | CommandFailure e) {
            return List.of(BusChecks.unreachable(String.valueOf(e.getMessage())));
        }
    }

    static List<Check> running(MeshBus opened, BusOptions bus, Surroundings surroundings, Duration wait) {
        var checks = new ArrayList<>(
                BusChecks.of(opened.inspect(Topics.all()), surroundings.clock().instant(), true));
        if (!isWell(checks)) {
            return checks;
        }
        try (MeshWatch watch =
                bus.watch(opened, List.of(Topics.CONFIG, Topics.STATUS, Topics.SIDECARS, Topics.REVISIONS))) {
            watch.await(now -> isWell(mesh(now, opened, surroundings)), wait);
            checks.addAll(watch.read(now -> mesh(now, opened, surroundings)));
        }
        return checks;
    }

    private static List<Check> mesh(MeshPicture now, MeshBus opened, Surroundings surroundings) {
        return new MeshChecks(now, opened::leader, surroundings.clock().instant()).all();
    }

    private void print(List<Check> checks) {
        switch (output) {
            case json -> out().println(Listing.json(json(checks)));
            case Short -> {
                checks.stream()
                        .filter(check -> check.result() != Check.Result.success)
                        .forEach(this::line);
                verdict(checks);
            }
            case table -> {
                String category = "";
                for (var check : checks) {
                    if (!check.category().equals(category)) {
                        if (!category.isEmpty()) {
                            out().println();
                        }
                        category = check.category();
                        out().println(category);
                        out().println("-".repeat(category.length()));
                    }
                    line(check);
                }
                out().println();
                verdict(checks);
            }
        }
        out().flush();
    }

    private void line(Check check) {
        out().println(check.result().mark() + " " + check.description());
        if (check.error() != null) {
            check.error().lines().forEach(line -> out().println("    " + line));
        }
        if (check.hint() != null) {
            out().println("    hint: " + check.hint());
        }
    }

    private void verdict(List<Check> checks) {
        out().println("Status check results are " + (isWell(checks) ? "√" : "×"));
    }

    static Map<String, Object> json(List<Check> checks) {
        var byCategory = new LinkedHashMap<String, List<Map<String, Object>>>();
        checks.forEach(check -> byCategory
                .computeIfAbsent(check.category(), _ -> new ArrayList<>())
                .add(check.fields()));
        var categories = new ArrayList<Map<String, Object>>();
        byCategory.forEach((name, inside) -> categories.add(Map.of("categoryName", name, "checks", inside)));
        var all = new LinkedHashMap<String, Object>();
        all.put("success", isWell(checks));
        all.put("categories", categories);
        return all;
    }
}
