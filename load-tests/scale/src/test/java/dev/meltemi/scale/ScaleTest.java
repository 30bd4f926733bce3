package dev.meltemi.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.meltemi.routing.Decision;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// 1,000 services, 10,000 endpoints, 2,000 rules.
class ScaleTest {
    private static final LargeMesh MESH = new LargeMesh(1_000, 10, 2);
    private static final int LOOKUPS = 200_000;

    @Test
    void a_change_costs_what_depends_on_it() {
        var report = ScaleReport.of(MESH);

        System.out.println(report);
        assertThat(report.rule().p99()).as("µs of CPU for a rule").isLessThan(50_000);
        assertThat(report.endpoint().p99()).as("µs of CPU for an endpoint").isLessThan(5_000);
        assertThat(report.table().p99()).as("µs of CPU for a sidecar's table").isLessThan(20_000);
        assertThat(report.endpointApplied().p99())
                .as("µs of CPU for an endpoint in a sidecar")
                .isLessThan(5_000);
        assertThat(report.heapBytes()).as("bytes in a sidecar").isLessThan(30_000_000);
    }

    @Test
    void a_lookup_allocates_nothing() {
        var table = LookupBenchmark.table(MESH);
        var asked = new Asked("s7", "/index.html", Map.of());
        var random = new SplittableRandom(1);
        assertThat(table.decide(asked, random)).isInstanceOf(Decision.Forward.class);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();

        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < LOOKUPS; i++) {
            table.decide(asked, random);
        }
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        assertThat(allocated / LOOKUPS).as("bytes a lookup").isZero();
    }
}
