package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A proxy that has no local port left towards an endpoint, in a network namespace that has few. Needs root and `ip`.
class LocalPortsTest {
    private static final int PORTS = 16;
    private static final int STREAMS = 24;

    @Test
    void who_gets_no_port_hears_503_uf_and_the_endpoint_is_not_blamed() throws Exception {
        String namespace = "meltemi-ports" + ProcessHandle.current().pid();
        assumeTrue(Namespaces.canMake(namespace), "needs root and ip");
        var said = new CopyOnWriteArrayList<String>();
        try {
            Namespaces.run("ip", "-n", namespace, "link", "set", "lo", "up");
            Namespaces.run(
                    "ip",
                    "netns",
                    "exec",
                    namespace,
                    "sh",
                    "-c",
                    "echo 40000 " + (40_000 + PORTS - 1) + " > /proc/sys/net/ipv4/ip_local_port_range");

            Process process = Namespaces.start(namespace, said::add, "ScarcePorts", Integer.toString(STREAMS));

            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            Namespaces.succeeds("ip", "netns", "del", namespace);
        }
        assertThat(said).contains("after 200", "done");
        List<String> ended =
                said.stream().filter(line -> line.startsWith("ended ")).toList();
        // listeners have some of the ports
        assertThat(ended).hasSizeBetween(STREAMS - PORTS, STREAMS - PORTS / 2);
        assertThat(ended)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("ended 503 UF")
                        .containsIgnoringCase("local_connection_failure|")
                        .containsIgnoringCase("cannot_assign_requested_address"));
        assertThat(said.stream().filter("status 503"::equals)).hasSameSizeAs(ended);
        assertThat(said.stream().filter("status 200"::equals)).hasSize(STREAMS - ended.size());
    }
}
