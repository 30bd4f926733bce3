package dev.meltemi.scale;

import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// What a change costs those who compile and those who run it, in microseconds of CPU of the one thread that does it,
/// and what a sidecar's table holds.
///
/// @param rule a rule's text changes: judged beforehand, compiled, encoded
/// @param endpoint an instance's health changes: the same
/// @param table a sidecar builds its next table after a rule changed
/// @param endpointApplied a sidecar takes in one endpoint's change
/// @param heapBytes of records, clusters and table in a sidecar that sees the whole mesh
record ScaleReport(Cost rule, Cost endpoint, Cost table, Cost endpointApplied, long heapBytes) {
    private static final int WARM = 300;
    private static final int RUNS = 500;

    /// Microseconds of CPU.
    public record Cost(long p50, long p99) {}

    public static ScaleReport of(LargeMesh mesh) {
        var state = mesh.state();
        Cost rule = step(state, run -> mesh.ruleChange(run % mesh.services(), 1 + run % 98, 1_000_000L + run));
        Cost endpoint = step(state, run -> mesh.endpointChange(run % mesh.services(), 0, run % 2 == 1));
        var sidecar = new Table(mesh, state);
        return new ScaleReport(rule, endpoint, sidecar.rebuild(), sidecar.endpoint(), heap(mesh));
    }

    private static Cost step(MeshState before, IntFunction<Change> changes) {
        var state = new MeshState[] {before};
        return measured(run -> {
            var change = List.of(changes.apply(run));
            return () -> {
                var step = Compiler.step(state[0], change);
                state[0] = step.after();
                encode(step.delta());
            };
        });
    }

    private static void encode(Compiled.Delta delta) {
        delta.routes().values().forEach(value -> value.ifPresent(Topics.ROUTES.codec()::encode));
        delta.endpoints().values().forEach(value -> value.ifPresent(Topics.ENDPOINTS.codec()::encode));
    }

    /// A sidecar that sees the whole mesh.
    private static final class Table {
        private final LargeMesh mesh;
        private final Clusters clusters = new Clusters();
        private MeshState state;
        private Compiled compiled;
        private RouteTable table;

        Table(LargeMesh mesh, MeshState state) {
            this.mesh = mesh;
            this.state = state;
            this.compiled = Compiler.all(state);
            this.table = RouteTable.of(LookupBenchmark.client(), Revision.NONE, compiled, clusters, null);
        }

        Cost rebuild() {
            return measured(run -> {
                var step = Compiler.step(
                        state, List.of(mesh.ruleChange(run % mesh.services(), 1 + run % 97, 2_000_000L + run)));
                state = step.after();
                return () -> {
                    compiled = compiled.with(step.delta());
                    table = RouteTable.of(LookupBenchmark.client(), Revision.NONE, compiled, clusters, table);
                };
            });
        }

        Cost endpoint() {
            return measured(run -> {
                var step = Compiler.step(state, List.of(mesh.endpointChange(run % mesh.services(), 1, run % 2 == 1)));
                state = step.after();
                return () -> clusters.update(step.delta().endpoints());
            });
        }
    }

    /// What stays after a collection, with and without it.
    private static long heap(LargeMesh mesh) {
        var routes = Compiler.all(mesh.state());
        // as they come from the bus: each sidecar decodes its own
        var raw = routes.routes().values().stream()
                .map(Topics.ROUTES.codec()::encode)
                .toList();
        var endpoints = routes.endpoints().entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), Topics.ENDPOINTS.codec().encode(entry.getValue())))
                .toList();
        long before = used();
        var held = new Held(raw, endpoints);
        long after = used();
        held.stay();
        return after - before;
    }

    private static final class Held {
        private final Clusters clusters = new Clusters();
        private final RouteTable table;
        private final Compiled compiled;

        Held(List<byte[]> routes, List<Map.Entry<String, byte[]>> endpoints) {
            var byHost = new HashMap<String, ServiceRoutes>();
            routes.forEach(bytes -> {
                var service = decoded(bytes);
                byHost.put(service.getHost(), service);
            });
            var byKey = new HashMap<String, ServiceEndpoint>();
            endpoints.forEach(entry -> byKey.put(entry.getKey(), endpoint(entry.getValue())));
            compiled = new Compiled(byHost, Map.of(), byKey, Map.of(), Map.of());
            table = RouteTable.of(LookupBenchmark.client(), Revision.NONE, compiled, clusters, null);
        }

        void stay() {
            if (table.view(compiled).routes().isEmpty() || clusters.byName().isEmpty()) {
                throw new IllegalStateException("nothing was built");
            }
        }
    }

    private static ServiceRoutes decoded(byte[] bytes) {
        try {
            return Topics.ROUTES.codec().decode(bytes);
        } catch (MalformedRecordException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ServiceEndpoint endpoint(byte[] bytes) {
        try {
            return Topics.ENDPOINTS.codec().decode(bytes);
        } catch (MalformedRecordException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /// @param prepared what is done before the clock runs, and what it times
    private static Cost measured(IntFunction<Runnable> prepared) {
        var threads = ManagementFactory.getThreadMXBean();
        long[] micros = new long[RUNS];
        for (int run = -WARM; run < RUNS; run++) {
            var timed = prepared.apply(run + WARM);
            long begin = threads.getCurrentThreadCpuTime();
            timed.run();
            if (run >= 0) {
                micros[run] = (threads.getCurrentThreadCpuTime() - begin) / 1_000;
            }
        }
        Arrays.sort(micros);
        return new Cost(micros[RUNS / 2], micros[RUNS * 99 / 100]);
    }

    /// @param arguments services, endpoints of each, routes of each; 1000 10 2 without
    public static void main(String[] arguments) {
        int[] sizes = arguments.length == 3
                ? Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray()
                : new int[] {1_000, 10, 2};
        System.out.println(of(new LargeMesh(sizes[0], sizes[1], sizes[2])));
    }
}
