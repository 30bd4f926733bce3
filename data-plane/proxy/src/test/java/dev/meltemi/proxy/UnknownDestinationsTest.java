package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What an intercepted application opens to where nobody is declared, under `REGISTRY_ONLY`; {@link InterceptionTest}
/// has `ALLOW_ANY`. Needs root, `ip` and iptables.
class UnknownDestinationsTest {
    private static final Path SCRIPT =
            Path.of("../../compose/images/meltemi-iptables").toAbsolutePath();
    private static final String NAMESPACE =
            "meltemi-only" + ProcessHandle.current().pid();
    private static final String POD = NAMESPACE + "a";
    private static final String WORLD = NAMESPACE + "b";
    private static final String OWN = "10.78.0.1";
    private static final String REMOTE = "10.78.0.2";
    /// Nobody has them.
    private static final String DB = "10.96.0.10";

    private static final String WEB = "10.96.0.11";
    private static final List<Process> STARTED = new ArrayList<>();
    private static final List<String> TOLD = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void a_pod_that_may_reach_what_is_declared() throws IOException, InterruptedException {
        assumeTrue(
                Namespaces.canMake(POD)
                        && Namespaces.succeeds("ip", "netns", "exec", POD, "iptables", "-t", "nat", "-L", "-n")
                        && Namespaces.succeeds("setpriv", "--version"),
                "needs root, ip and iptables");
        Namespaces.run("ip", "netns", "add", WORLD);
        Namespaces.run("ip", "-n", POD, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", WORLD);
        for (String namespace : List.of(POD, WORLD)) {
            String address = namespace.equals(POD) ? OWN : REMOTE;
            Namespaces.run("ip", "-n", namespace, "link", "set", "lo", "up");
            Namespaces.run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", "eth0");
            Namespaces.run("ip", "-n", namespace, "link", "set", "eth0", "up");
        }
        Namespaces.run("ip", "-n", POD, "route", "add", "default", "via", REMOTE);
        STARTED.add(Namespaces.start(WORLD, line -> {}, "NamespaceServers", "world"));
        STARTED.add(Namespaces.start(POD, TOLD::add, "InterceptingProxy", OWN, REMOTE, DB, WEB, "REGISTRY_ONLY"));
        Namespaces.run("ip", "netns", "exec", POD, "sh", SCRIPT.toString());
    }

    @AfterAll
    static void nothing_is_left() throws InterruptedException {
        STARTED.forEach(process -> {
            process.destroyForcibly();
            process.onExit().join();
        });
        for (String namespace : List.of(POD, WORLD)) {
            Namespaces.succeeds("ip", "netns", "del", namespace);
        }
    }

    private static String get(String host) {
        return "GET / HTTP/1.1\\r\\nhost: " + host + "\\r\\nconnection: close\\r\\n\\r\\n";
    }

    private static void told(String line) {
        Awaitility.await().untilAsserted(() -> assertThat(TOLD).contains(line));
    }

    /// As behind Istio's virtual listener, which doesn't look for HTTP where nobody declared the port.
    @Test
    void http_to_an_unknown_port_is_closed_like_anything_else() throws Exception {
        assertThat(Namespaces.connectFrom(POD, REMOTE, 9998, get("elsewhere.example.org")))
                .isEmpty();

        told("TCP source BlackHoleCluster  UH");
    }

    @Test
    void http_to_an_unknown_authority_at_a_declared_port_is_502() throws Exception {
        assertThat(Namespaces.connectFrom(POD, REMOTE, 8080, get("elsewhere.example.org")))
                .startsWith("HTTP/1.1 502");

        told("HTTP/1.1 source   -");
        told("BlackHoleCluster 502 direct_response");
    }

    @Test
    void tcp_to_an_unknown_address_is_closed() throws Exception {
        assertThat(Namespaces.connectFrom(POD, REMOTE, 9999, "hello there\\n")).isEmpty();

        told("TCP source BlackHoleCluster  UH");
        told("BlackHoleCluster 0 no_healthy_upstream");
    }

    @Test
    void what_is_declared_is_reached() throws Exception {
        assertThat(Namespaces.connectFrom(POD, WEB, 8080, get("web"))).endsWith("world called from " + OWN);
    }
}
