package dev.meltemi.loadtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The conformance data for routing, which isn't part of this project: YAML streams, one scenario a document.
record RoutingCases(Path folder) {
    /// `MELTEMI_CASES`, or beside the project.
    static RoutingCases find() {
        String named = System.getenv("MELTEMI_CASES");
        Path cases = named == null
                ? Path.of(System.getProperty("meltemi.root", "../.."), "../shared/cases")
                : Path.of(named);
        return new RoutingCases(cases.resolve("routing").normalize());
    }

    boolean arePresent() {
        return Files.isReadable(folder.resolve("world.yaml"));
    }

    /// Services that exist in every scenario.
    String world() throws IOException {
        return Files.readString(folder.resolve("world.yaml"));
    }

    List<RoutingCase> requests() throws IOException {
        return read("virtualservice.yaml", "request");
    }

    List<RoutingCase> policies() throws IOException {
        return read("destinationrule-policy.yaml", "target");
    }

    private List<RoutingCase> read(String file, String asked) throws IOException {
        String world = world();
        var cases = new ArrayList<RoutingCase>();
        var yaml = new Load(LoadSettings.builder().build());
        for (Object document : yaml.loadAllFromString(Files.readString(folder.resolve(file)))) {
            Map<String, Object> scenario = RoutingCase.map(document);
            String resources = world + "\n---\n" + scenario.get("resources");
            for (Map<String, Object> each : RoutingCase.maps(scenario.get("cases"))) {
                cases.add(new RoutingCase(
                        Objects.toString(scenario.get("id")),
                        Objects.toString(each.get("name")),
                        resources,
                        RoutingCase.map(each.get(asked)),
                        RoutingCase.map(each.get("expect"))));
            }
        }
        return cases;
    }
}
