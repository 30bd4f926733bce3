package dev.meltemi.scale;

import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.Decision;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.rules.Compiler;
import dev.meltemi.schemas.Revision;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One route lookup, in nanoseconds and (with `-prof gc`) bytes: by the number of services, which must make no
/// difference, and of routes a host, of which the last one matches.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class LookupBenchmark {
    /// Services, and routes of each.
    @Param({"10x1", "1000x1", "10000x1", "1000x20", "1000x200"})
    public String mesh = "10x1";

    private final RandomGenerator random = new SplittableRandom(1);
    private RouteTable table = table(new LargeMesh(1, 1, 1));
    private Asked[] requests = {};
    private int next;

    static RouteTable table(LargeMesh mesh) {
        return RouteTable.of(client(), Revision.NONE, Compiler.all(mesh.state()), new Clusters(), null);
    }

    static Workload client() {
        return new Workload("client~1", "client", "shop", Map.of("app", "client"), "client", "mesh", false);
    }

    @Setup
    public void prepare() {
        int times = mesh.indexOf('x');
        int services = Integer.parseInt(mesh.substring(0, times));
        table = table(new LargeMesh(services, 1, Integer.parseInt(mesh.substring(times + 1))));
        // as many hosts as a caller talks to
        requests = new Asked[Math.min(services, 16)];
        for (int i = 0; i < requests.length; i++) {
            requests[i] = new Asked("s" + i * (services / requests.length), "/index.html?q=1", Map.of());
        }
    }

    @Benchmark
    public Decision lookup() {
        next = next + 1 < requests.length ? next + 1 : 0;
        return table.decide(requests[next], random);
    }
}
