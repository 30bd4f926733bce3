package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Text → verdict → compiled records → table → decision, on the conformance data: what the modules mean together.
class RoutingCasesTest {
    /// May only rise.
    private static final int REQUESTS_FLOOR = 112;

    private static final int POLICIES_FLOOR = 10;

    /// Scenarios and cases about what isn't in force yet.
    private static final Map<String, String> SKIPPED = Map.ofEntries(
            Map.entry("cors", "corsPolicy isn't in force"),
            Map.entry("direct-response: header", "an answer of our own doesn't get the rule's header operations yet"),
            Map.entry("delegate", "delegate isn't in force"),
            Map.entry("tcp-port", "tcp routes aren't in force"),
            Map.entry("tls-sni", "tls routes aren't in force"),
            Map.entry("tls-mesh-weights", "tls routes aren't in force"),
            Map.entry("gateway-https-redirect", "servers with TLS, and redirects to them, aren't in force"),
            Map.entry("sidecar-registry-only", "Sidecar isn't in force"),
            Map.entry("connection-pool-outlier", "connection pools and outlier detection aren't in force"),
            Map.entry("tls-origination", "TLS to destinations isn't in force"),
            Map.entry("subset-port-level", "asks for a port that the world's service doesn't have"));

    private final RoutingCases cases = RoutingCases.find();

    @BeforeEach
    void the_data_are_there() {
        assumeTrue(
                cases.arePresent(),
                () -> "no conformance data at " + cases.folder() + ": set MELTEMI_CASES to the folder that has them");
    }

    @Test
    void requests_are_routed_as_the_conformance_data_say() throws IOException {
        assertAll(cases.requests(), REQUESTS_FLOOR);
    }

    @Test
    void destination_policies_are_chosen_as_the_conformance_data_say() throws IOException {
        var probes = new ArrayList<RoutingCase>();
        cases.policies().forEach(each -> probes.add(probe(each)));
        assertAll(probes, POLICIES_FLOOR);
    }

    private static void assertAll(List<RoutingCase> cases, int floor) {
        var differences = new ArrayList<String>();
        int passed = 0;
        for (RoutingCase each : cases) {
            if (SKIPPED.containsKey(each.scenario()) || SKIPPED.containsKey(each.toString())) {
                continue;
            }
            List<String> found = differences(each);
            passed += found.isEmpty() ? 1 : 0;
            found.forEach(difference -> differences.add(each + ": " + difference));
        }
        assertThat(differences).as("of %d cases", cases.size()).isEmpty();
        assertThat(passed).as("cases that hold").isGreaterThanOrEqualTo(floor);
    }

    private static List<String> differences(RoutingCase asked) {
        var table = RouteTable.of(client(asked), Revision.NONE, compiled(asked.resources()), new Clusters(), null);
        return new RoutingAnswer(table, asked, new SplittableRandom(1)).differences();
    }

    private static Workload client(RoutingCase asked) {
        if (asked.byGateway()) {
            String gateway = asked.text("gateway", "");
            String namespace = gateway.substring(0, gateway.indexOf('/'));
            return new Workload(
                    "gateway-1", "gateway", namespace, Map.of("istio", "ingressgateway"), "gateway", "", true);
        }
        return new Workload(
                "client-1",
                "client",
                asked.text("sourceNamespace", "default"),
                asked.texts("sourceLabels"),
                "client",
                "",
                false);
    }

    private static Compiled compiled(String resources) {
        var state = MeshState.EMPTY;
        int offset = 0;
        for (Documents.Document document : Documents.split(resources)) {
            if (Documents.judge(document.text(), Optional.empty()) instanceof Verdict.Accepted accepted) {
                state = state.with(new Change.Accepted(accepted.resource(), offset, offset));
                offset++;
            }
        }
        return Compiler.all(state);
    }

    /// The policy of a target shows in the cluster to which a rule leads.
    private static RoutingCase probe(RoutingCase target) {
        String namespace = target.text("sourceNamespace", "default");
        String rule = """

            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: probe, namespace: %s}
            spec:
              hosts: [probe.example.com]
              http:
              - route:
                - destination: {host: %s, subset: %s, port: {number: %d}}
            """.formatted(namespace, target.text("host", ""), target.text("subset", "''"), target.port());
        return new RoutingCase(
                target.scenario(),
                target.name(),
                target.resources() + (target.asked().containsKey("subset") ? rule : rule.replace(", subset: ''", "")),
                Map.of("host", "probe.example.com", "port", 80, "sourceNamespace", namespace),
                Map.copyOf(inForce(target)));
    }

    /// Connection pools aren't in force; what the data say of them beside is left out.
    private static Map<String, Object> inForce(RoutingCase target) {
        var expect = new TreeMap<>(target.expect());
        expect.remove("connectionPool");
        return expect;
    }
}
