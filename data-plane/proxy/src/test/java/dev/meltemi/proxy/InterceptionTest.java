package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Connections of an application that knows nothing of its sidecar, in a network namespace with the rules of
/// `compose/images/meltemi-iptables`; the rest of the world is another namespace. Needs root, `ip` and iptables.
class InterceptionTest {
    private static final Path SCRIPT =
            Path.of("../../compose/images/meltemi-iptables").toAbsolutePath();
    private static final String NAMESPACE = "meltemi" + ProcessHandle.current().pid();
    private static final String POD = NAMESPACE + "a";
    private static final String WORLD = NAMESPACE + "b";
    private static final String OWN = "10.77.0.1";
    private static final String REMOTE = "10.77.0.2";
    /// Nobody has them: only the sidecar knows what they stand for.
    private static final String DB = "10.96.0.10";

    private static final String WEB = "10.96.0.11";

    private static final List<Process> STARTED = new ArrayList<>();
    private static final List<String> TOLD = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void a_pod_and_a_world() throws IOException, InterruptedException {
        assumeTrue(possible(), "needs root, ip and iptables");
        Namespaces.run("ip", "netns", "add", WORLD);
        Namespaces.run("ip", "-n", POD, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", WORLD);
        for (String namespace : List.of(POD, WORLD)) {
            Namespaces.run("ip", "-n", namespace, "link", "set", "lo", "up");
            Namespaces.run(
                    "ip",
                    "-n",
                    namespace,
                    "addr",
                    "add",
                    (namespace.equals(POD) ? OWN : REMOTE) + "/24",
                    "dev",
                    "eth0");
            Namespaces.run("ip", "-n", namespace, "link", "set", "eth0", "up");
        }
        Namespaces.run("ip", "-n", POD, "route", "add", "default", "via", REMOTE);
        STARTED.add(Namespaces.start(WORLD, line -> {}, "NamespaceServers", "world"));
        STARTED.add(Namespaces.start(POD, line -> {}, "NamespaceServers", "application"));
        STARTED.add(Namespaces.start(POD, TOLD::add, "InterceptingProxy", OWN, REMOTE, DB, WEB, "ALLOW_ANY"));
        script();
    }

    private static boolean possible() throws IOException, InterruptedException {
        return System.getProperty("user.name").equals("root")
                && Namespaces.succeeds("ip", "netns", "add", POD)
                && Namespaces.succeeds("ip", "netns", "exec", POD, "iptables", "-t", "nat", "-L", "-n")
                && Namespaces.succeeds("setpriv", "--version");
    }

    @AfterAll
    static void nothing_is_left() throws IOException, InterruptedException {
        STARTED.forEach(process -> {
            process.destroyForcibly();
            process.onExit().join();
        });
        for (String namespace : List.of(POD, WORLD)) {
            Namespaces.succeeds("ip", "netns", "del", namespace);
        }
    }

    @Test
    void an_application_that_calls_a_service_of_its_own_reaches_every_instance_and_itself_without_going_round()
            throws Exception {
        var answers = new ArrayList<String>();

        for (int i = 0; i < 40 && Set.copyOf(answers).size() < 2; i++) {
            answers.add(connect(DB, 5432, ""));
        }

        assertThat(Set.copyOf(answers))
                .containsExactlyInAnyOrder("world called from " + OWN, "application called from 127.0.0.6");
        told("TCP source outbound|5432||db.default.svc.cluster.local " + REMOTE + ":5432 -");
        told("TCP source outbound|5432||db.default.svc.cluster.local " + OWN + ":5432 -");
        told("TCP destination inbound|5432|| " + OWN + ":5432 -");
        assertThat(TOLD.stream().filter(line -> line.startsWith("TCP destination")))
                .as("once for each call")
                .hasSizeLessThanOrEqualTo(answers.size() - 1);
    }

    @Test
    void http_goes_by_its_authority() throws Exception {
        assertThat(connect(WEB, 8080, get("web"))).endsWith("world called from " + OWN);

        told("HTTP/1.1 source outbound|8080||web.default.svc.cluster.local " + REMOTE + ":8080 -");
    }

    @Test
    void what_nobody_declared_is_passed_on_to_where_it_was_going() throws Exception {
        assertThat(connect(REMOTE, 9999, "")).isEqualTo("world called from " + OWN);
        assertThat(connect(REMOTE, 8080, get("elsewhere.example.org"))).endsWith("world called from " + OWN);

        told("TCP source PassthroughCluster " + REMOTE + ":9999 -");
        told("HTTP/1.1 source PassthroughCluster " + REMOTE + ":8080 -");
    }

    @Test
    void what_others_open_reaches_the_application_at_the_address_they_asked_for() throws Exception {
        assertThat(Namespaces.connectFrom(WORLD, OWN, 8080, get("app"))).endsWith("application called from 127.0.0.6");

        told("HTTP/1.1 destination InboundPassthroughCluster " + OWN + ":8080 -");
    }

    @Test
    void a_call_of_the_sidecar_to_its_own_address_arrives_like_anothers_and_goes_round_once() throws Exception {
        String answer = Namespaces.run(
                "ip",
                "netns",
                "exec",
                POD,
                "setpriv",
                "--regid",
                "1337",
                "--clear-groups",
                "bash",
                "-c",
                Namespaces.command(OWN, 8080, get("self")));

        assertThat(answer).endsWith("application called from 127.0.0.6");
    }

    @Test
    void users_and_groups_of_the_sidecar_pass_by_it() throws Exception {
        for (String who : List.of("--reuid", "--regid")) {
            int before = TOLD.size();

            assertThat(Namespaces.run(
                            "ip",
                            "netns",
                            "exec",
                            POD,
                            "setpriv",
                            who,
                            "1337",
                            "--clear-groups",
                            "bash",
                            "-c",
                            Namespaces.command(REMOTE, 5432, "")))
                    .isEqualTo("world called from " + OWN);
            assertThat(TOLD).hasSize(before);
        }
    }

    @Test
    void excluded_ports_and_networks_pass_by_it_and_a_second_run_replaces_the_first() throws Exception {
        try {
            script("--istio-local-outbound-ports-exclude", "5432");
            assertPassesBy();
            script("--istio-service-exclude-cidr", "10.77.0.0/16");
            assertPassesBy();
            script("--istio-service-cidr", "10.96.0.0/16");
            assertPassesBy();
        } finally {
            script();
        }
        String rules = Namespaces.run("ip", "netns", "exec", POD, "iptables", "-t", "nat", "-S");
        assertThat(rules.lines().filter("-A OUTPUT -p tcp -j MELTEMI_OUTPUT"::equals))
                .hasSize(1);
        assertThat(rules).doesNotContain("10.96.0.0/16");
    }

    @Test
    void cleaning_leaves_no_rule() throws Exception {
        try {
            script("--clean");

            assertThat(Namespaces.run("ip", "netns", "exec", POD, "iptables", "-t", "nat", "-S"))
                    .doesNotContain("MELTEMI");
        } finally {
            script();
        }
    }

    private static void assertPassesBy() throws IOException, InterruptedException {
        int before = TOLD.size();
        assertThat(connect(REMOTE, 5432, "")).isEqualTo("world called from " + OWN);
        assertThat(TOLD).hasSize(before);
    }

    private static String get(String host) {
        return "GET / HTTP/1.1\\r\\nhost: " + host + "\\r\\nconnection: close\\r\\n\\r\\n";
    }

    private static void told(String line) {
        Awaitility.await().untilAsserted(() -> assertThat(TOLD).contains(line));
    }

    private static String connect(String host, int port, String text) throws IOException, InterruptedException {
        return Namespaces.connectFrom(POD, host, port, text);
    }

    private static void script(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", POD, "sh", SCRIPT.toString()));
        command.addAll(List.of(options));
        Namespaces.run(command.toArray(String[]::new));
    }
}
