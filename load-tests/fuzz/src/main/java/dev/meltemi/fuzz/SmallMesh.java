package dev.meltemi.fuzz;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RequestHead;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Two services that strangers' documents are added to.
final class SmallMesh {
    private static final List<String> PATHS =
            List.of("/", "/a/b?x=1", "/api/v1/", "//", "/%2e%2e/", "/" + "a".repeat(200));

    private static final MeshState BEFORE = state();

    private SmallMesh() {}

    private static MeshState state() {
        var state = MeshState.EMPTY;
        long offset = 0;
        for (String name : List.of("reviews", "ratings")) {
            String text = """
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: default}
                spec: {selector: {app: %s}, ports: [{port: 9080, name: http}]}
                """.formatted(name, name);
            if (Documents.judge(text, Optional.empty()) instanceof Verdict.Accepted accepted) {
                state = state.with(new Change.Accepted(accepted.resource(), offset, offset));
                offset++;
            }
        }
        return state;
    }

    /// Compiles them step by step and at once, which must give the same, writes and reads the records, and asks the
    /// tables of a sidecar and of a gateway.
    static void with(List<Verdict.Accepted> documents) {
        var state = BEFORE;
        var compiled = Compiler.all(BEFORE);
        long offset = 100;
        for (Verdict.Accepted document : documents) {
            var step = Compiler.step(state, List.of(new Change.Accepted(document.resource(), offset, offset)));
            state = step.after();
            compiled = compiled.with(step.delta());
            offset++;
        }
        if (!compiled.equals(Compiler.all(state))) {
            throw new AssertionError("compiled step by step it is another mesh than compiled at once");
        }
        compiled.routes().values().forEach(Topics.ROUTES.codec()::encode);
        compiled.gateways().values().forEach(Topics.GATEWAYS.codec()::encode);
        ask(compiled, false);
        ask(compiled, true);
    }

    private static void ask(Compiled compiled, boolean gateway) {
        var self = new Workload(
                "w~1", "w", "default", Map.of("istio", "ingressgateway", "app", "w"), "w", "mesh", gateway);
        var table = RouteTable.of(self, Revision.NONE, compiled, new Clusters(), null);
        var hosts = new ArrayList<>(List.of("reviews:9080", "", "nobody.example", "[::1]:80"));
        compiled.routes().keySet().stream().limit(20).forEach(hosts::add);
        var ports = new ArrayList<Integer>(List.of(0));
        table.listeners().forEach(listener -> ports.add(listener.port()));
        var random = new SplittableRandom(1);
        for (String host : hosts) {
            for (String path : PATHS) {
                for (int port : ports) {
                    table.decide(new Asked(host, path, port), random);
                }
            }
        }
        table.view(compiled);
    }

    private record Asked(String authority, String path, int listenerPort) implements RequestHead {
        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String scheme() {
            return "http";
        }

        @Override
        public @Nullable String header(String name) {
            return name.length() % 2 == 0 ? "value of " + name : null;
        }
    }
}
