package dev.meltemi.routing;

import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.endpoint;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.policy;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.subset;
import static dev.meltemi.routing.Given.with;
import static dev.meltemi.routing.MutualTlsMode.DISABLE;
import static dev.meltemi.routing.MutualTlsMode.PERMISSIVE;
import static dev.meltemi.routing.MutualTlsMode.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.MutualTls;
import dev.meltemi.schemas.compiled.PortPolicy;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Both sides of mTLS: what a port takes, and what a caller uses.
class MutualTlsModesTest {
    private static final int PORT = 9080;
    private final Map<String, AccessRules> access = new HashMap<>();

    private static AccessRules.Builder rules(String rule, MutualTls mode) {
        return AccessRules.newBuilder().setRule(rule).setConfigOffset(1).setMutualTls(mode);
    }

    private MutualTlsModesTest inMesh(MutualTls mode) {
        access.put("mesh", rules("mesh", mode).build());
        return this;
    }

    private MutualTlsModesTest inNamespace(MutualTls mode) {
        access.put(
                "namespace/default",
                rules("namespace", mode).setNamespace("default").build());
        return this;
    }

    private MutualTlsModesTest forWorkload(String name, long created, MutualTls mode, Map<String, MutualTls> ports) {
        access.put(
                "workload/default/" + name,
                rules(name, mode)
                        .setNamespace("default")
                        .setSelector(Map.of("app", "client"))
                        .setCreated(created)
                        .setPortMutualTls(ports)
                        .build());
        return this;
    }

    private RouteTable table() {
        return table(service("reviews", PORT).build().getPolicies());
    }

    private RouteTable table(List<DestinationPolicy> policies) {
        Compiled mesh = with(
                mesh(service("reviews", PORT).setPolicies(policies)),
                endpoint("reviews", "v1", "127.0.1.1").setMtls(true));
        return RouteTable.of(
                client("default"),
                Revision.NONE,
                new Compiled(mesh.routes(), mesh.gateways(), mesh.endpoints(), access, mesh.settings()),
                new Clusters(),
                null);
    }

    private static Cluster.Tls callersUse(RouteTable table) {
        return ((Decision.Forward) table.decide(get("reviews:9080", "/"), random(1)))
                .cluster()
                .tls();
    }

    @Test
    void a_mesh_without_rules_takes_both() {
        assertThat(table().mutualTls(PORT)).isEqualTo(PERMISSIVE);
        assertThat(table().closedBy(PORT)).isNull();
    }

    @Test
    void the_narrowest_scope_that_says_something_counts() {
        assertThat(inMesh(MutualTls.STRICT).table().mutualTls(PORT)).isEqualTo(STRICT);
        assertThat(inNamespace(MutualTls.DISABLE).table().mutualTls(PORT)).isEqualTo(DISABLE);
        assertThat(forWorkload("a", 5, MutualTls.PERMISSIVE, Map.of()).table().mutualTls(PORT))
                .isEqualTo(PERMISSIVE);
    }

    @Test
    void unset_inherits_from_scope_to_scope_and_from_workload_to_port() {
        inMesh(MutualTls.STRICT)
                .inNamespace(MutualTls.UNSET)
                .forWorkload("a", 5, MutualTls.UNSET, Map.of("9080", MutualTls.UNSET, "9090", MutualTls.DISABLE));

        assertThat(table().mutualTls(PORT)).isEqualTo(STRICT);
        assertThat(table().mutualTls(9090)).isEqualTo(DISABLE);
        assertThat(table().mutualTls(1)).isEqualTo(STRICT);
    }

    @Test
    void the_oldest_of_several_rules_for_a_workload_counts_whole() {
        forWorkload("younger", 6, MutualTls.STRICT, Map.of("9080", MutualTls.STRICT));
        forWorkload("older", 5, MutualTls.DISABLE, Map.of());

        assertThat(table().mutualTls(PORT)).isEqualTo(DISABLE);
    }

    @Test
    void a_rule_for_other_labels_or_another_namespace_says_nothing_here() {
        access.put(
                "namespace/other",
                rules("other", MutualTls.STRICT).setNamespace("other").build());
        access.put(
                "workload/default/others",
                rules("others", MutualTls.STRICT)
                        .setNamespace("default")
                        .setSelector(Map.of("app", "ratings"))
                        .build());

        assertThat(table().mutualTls(PORT)).isEqualTo(PERMISSIVE);
    }

    @Test
    void a_scope_of_which_nobody_knows_what_it_says_lets_nobody_in() {
        inMesh(MutualTls.UNKNOWN).inNamespace(MutualTls.PERMISSIVE);

        assertThat(table().closed()).containsExactly("mesh");
        assertThat(table().closedBy(PORT)).isEqualTo("mesh");
    }

    @Test
    void a_port_of_which_nobody_knows_is_closed_alone() {
        forWorkload("a", 5, MutualTls.PERMISSIVE, Map.of("9080", MutualTls.UNKNOWN));

        assertThat(table().closed()).isEmpty();
        assertThat(table().closedBy(PORT)).isEqualTo("a");
        assertThat(table().closedBy(9090)).isNull();
    }

    @Test
    void callers_ask_the_endpoint_unless_mesh_or_namespace_take_plaintext_only() {
        assertThat(callersUse(table())).isEqualTo(Cluster.Tls.AUTO);
        assertThat(callersUse(inMesh(MutualTls.DISABLE).table())).isEqualTo(Cluster.Tls.DISABLED);
        assertThat(callersUse(inNamespace(MutualTls.PERMISSIVE).table())).isEqualTo(Cluster.Tls.AUTO);
    }

    @Test
    void a_rule_for_single_workloads_is_nothing_to_callers() {
        forWorkload("a", 5, MutualTls.DISABLE, Map.of());

        assertThat(callersUse(table())).isEqualTo(Cluster.Tls.AUTO);
    }

    @Test
    void a_destination_rule_s_word_comes_first_in_both_directions() {
        inMesh(MutualTls.DISABLE);

        assertThat(callersUse(table(List.of(said(ClientTls.ISTIO_MUTUAL))))).isEqualTo(Cluster.Tls.MUTUAL);
        access.clear();
        assertThat(callersUse(table(List.of(said(ClientTls.DISABLE))))).isEqualTo(Cluster.Tls.DISABLED);
    }

    private static DestinationPolicy said(ClientTls tls) {
        return policy("default")
                .setTraffic(TrafficPolicy.newBuilder().setTls(tls).build())
                .build();
    }

    @Test
    void tls_merges_as_the_rest_of_a_traffic_policy_does() {
        TrafficPolicy parent = TrafficPolicy.newBuilder()
                .setTls(ClientTls.ISTIO_MUTUAL)
                .setPorts(Map.of("9090", PortPolicy.newBuilder().build()))
                .build();
        var all = policy("default").setTraffic(parent).build();
        Subset plain = Subset.newBuilder(subset("v1"))
                .setTraffic(TrafficPolicy.newBuilder().setTls(ClientTls.DISABLE).build())
                .build();

        assertThat(Policies.inForce(all, subset("v2"), PORT).tls()).isEqualTo(ClientTls.ISTIO_MUTUAL);
        assertThat(Policies.inForce(all, plain, PORT).tls()).isEqualTo(ClientTls.DISABLE);
        assertThat(Policies.inForce(all, null, 9090).tls()).isNull();
    }

    @Test
    void hosts_are_made_anew_when_the_mesh_changes_its_mind() {
        Clusters clusters = new Clusters();
        Compiled mesh = mesh(service("reviews", PORT));
        RouteTable before = RouteTable.of(client("default"), Revision.NONE, mesh, clusters, null);
        inMesh(MutualTls.DISABLE);

        RouteTable after = RouteTable.of(
                client("default"),
                Revision.NONE,
                new Compiled(mesh.routes(), mesh.gateways(), mesh.endpoints(), access, mesh.settings()),
                clusters,
                before);

        assertThat(callersUse(after)).isEqualTo(Cluster.Tls.DISABLED);
    }
}
