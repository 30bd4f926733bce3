package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.gateway;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.host;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Egress;
import dev.meltemi.schemas.compiled.EgressListener;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import dev.meltemi.schemas.compiled.Settings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeTest {
    private static final String PASSED = "PassthroughCluster";

    /// Three namespaces; the rule for shop.example.com leads from `rules` to `ratings` of `prod`.
    private static final Compiled MESH = mesh(
            service("reviews", 9080),
            service("details", 9080)
                    .setHttp(List.of(rules("details", to("reviews"))
                            .setNamespace("rules")
                            .build())),
            host("ratings.prod.svc.cluster.local", 9080).setNamespace("prod").setDeclaredBy(Declaration.SERVICE),
            host("api.example.com", 80, 8080).setNamespace("prod"),
            host("*.wild.example.com", 80).setNamespace("prod"),
            host("shop.example.com")
                    .setNamespace("rules")
                    .setDeclaredBy(Declaration.NONE)
                    .setHttp(List.of(rules("shop", to("ratings"))
                            .setNamespace("rules")
                            .setRoutes(List.of(Given.route()
                                    .setDestinations(List.of(Given.destination("x", "", 1)))
                                    .build()))
                            .build())));

    private static Settings sidecar(String name, String namespace, String... hosts) {
        return sidecar(name, namespace, listener(0, hosts));
    }

    private static Settings sidecar(String name, String namespace, EgressListener... listeners) {
        return Settings.newBuilder()
                .setRule("Sidecar/" + namespace + "/" + name)
                .setConfigOffset(1)
                .setCreated(1)
                .setNamespace(namespace)
                .setEgress(new Egress(List.of(listeners)))
                .setOutboundTraffic(OutboundTraffic.UNSET)
                .build();
    }

    private static EgressListener listener(int port, String... hosts) {
        return new EgressListener(port, List.of(hosts));
    }

    private static Compiled with(Compiled mesh, Settings... settings) {
        var all = new HashMap<String, Settings>();
        for (Settings each : settings) {
            all.put(each.getRule(), each);
        }
        return new Compiled(mesh.routes(), mesh.gateways(), mesh.endpoints(), mesh.access(), all);
    }

    private static String call(Compiled mesh, String host, int port) {
        return outcome(table(mesh).decide(get(host, "/").at(port), random(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "default/*,                             reviews,                        9080, true",
        "default/*,                             ratings.prod,                   9080, false",
        "default/*,                             api.example.com,                80,   false",
        "prod/*,                                ratings.prod,                   9080, true",
        "prod/*,                                reviews,                        9080, false",
        "*/*,                                   ratings.prod,                   9080, true",
        "prod/ratings.prod.svc.cluster.local,   ratings.prod,                   9080, true",
        "other/ratings.prod.svc.cluster.local,  ratings.prod,                   9080, false",
        "*/ratings.prod.svc.cluster.local,      ratings.prod,                   9080, true",
        "prod/*.example.com,                    api.example.com,                80,   true",
        "prod/*.example.com,                    ratings.prod,                   9080, false",
        "prod/example.com,                      api.example.com,                80,   false",
        // a wildcard service is shown by a wildcard above it, not by a name below it
        "*/*.example.com,                       a.wild.example.com,             80,   true",
        "prod/*.wild.example.com,               a.wild.example.com,             80,   true",
        "prod/a.wild.example.com,               a.wild.example.com,             80,   false",
        // nothing; all but some
        "~*/*,                                  reviews,                        9080, false",
        "*/*;~prod/*,                           ratings.prod,                   9080, false",
        "*/*;~prod/*,                           reviews,                        9080, true",
        "*/*;~*/*.example.com,                  api.example.com,                80,   false",
        "prod/*;~prod/api.example.com,          ratings.prod,                   9080, true",
        "prod/*;~prod/api.example.com,          api.example.com,                80,   false",
    })
    void egress_hosts_say_which_services_can_be_called(String hosts, String called, int port, boolean shown) {
        var scoped = with(MESH, sidecar("s", "default", hosts.split(";", -1)));

        assertThat(call(scoped, called, port).equals(PASSED)).isNotEqualTo(shown);
    }

    @Test
    void a_listener_with_a_port_is_all_that_counts_at_that_port() {
        var scoped =
                with(MESH, sidecar("s", "default", listener(8080, "prod/api.example.com"), listener(0, "default/*")));

        assertThat(call(scoped, "api.example.com", 8080)).isEqualTo("outbound|8080||api.example.com");
        assertThat(call(scoped, "api.example.com", 80)).isEqualTo(PASSED);
        assertThat(call(scoped, "reviews", 9080)).isEqualTo("outbound|9080||reviews" + DOMAIN);
    }

    @Test
    void without_a_listener_for_the_rest_other_ports_see_nothing() {
        var scoped = with(MESH, sidecar("s", "default", listener(9080, "*/*")));

        assertThat(call(scoped, "ratings.prod", 9080)).isEqualTo("outbound|9080||ratings.prod.svc.cluster.local");
        assertThat(call(scoped, "api.example.com", 80)).isEqualTo(PASSED);
    }

    @Test
    void a_rule_counts_only_where_its_namespace_is_imported() {
        assertThat(call(with(MESH, sidecar("s", "default", "default/*")), "details", 9080))
                .isEqualTo("outbound|9080||details" + DOMAIN);
        assertThat(call(with(MESH, sidecar("s", "default", "default/*", "rules/*")), "details", 9080))
                .isEqualTo("outbound|9080||reviews" + DOMAIN);
    }

    @Test
    void an_imported_rule_leads_to_services_that_are_not_imported() {
        var lead = rules(
                        "lead",
                        Given.route()
                                .setDestinations(List.of(dev.meltemi.schemas.compiled.WeightedDestination.newBuilder()
                                        .setDestination(dev.meltemi.schemas.compiled.Destination.newBuilder()
                                                .setHost("ratings.prod.svc.cluster.local")
                                                .build())
                                        .setWeight(1)
                                        .build()))
                                .build())
                .build();
        var mesh = mesh(
                service("reviews", 9080).setHttp(List.of(lead)),
                host("ratings.prod.svc.cluster.local", 9080)
                        .setNamespace("prod")
                        .setDeclaredBy(Declaration.SERVICE));
        var scoped = with(mesh, sidecar("s", "default", "default/*"));

        assertThat(call(scoped, "reviews", 9080)).isEqualTo("outbound|9080||ratings.prod.svc.cluster.local");
        assertThat(call(scoped, "ratings.prod", 9080)).isEqualTo(PASSED);
    }

    @Test
    void an_imported_name_takes_the_rules_for_wildcards_above_it() {
        var wild = rules("wild", to("reviews"))
                .setNamespace("rules")
                .setHosts(List.of("*.example.com"))
                .build();
        var mesh = mesh(
                service("reviews", 9080),
                host("api.example.com", 80).setNamespace("prod").setHttp(List.of(wild)));

        assertThat(call(with(mesh, sidecar("s", "default", "prod/*", "rules/api.example.com")), "api.example.com", 80))
                .isEqualTo("outbound|9080||reviews" + DOMAIN);
        assertThat(call(with(mesh, sidecar("s", "default", "prod/*", "rules/b.example.org")), "api.example.com", 80))
                .isEqualTo("outbound|80||api.example.com");
    }

    @Test
    void of_several_sidecars_the_oldest_that_selects_counts_then_the_oldest_then_the_mesh_s() {
        Settings root = sidecar("root", "", "prod/*");
        Settings plain = sidecar("plain", "default", "default/reviews" + DOMAIN);
        Settings younger = Settings.newBuilder(sidecar("younger", "default", "*/*"))
                .setCreated(2)
                .build();
        Settings selecting = Settings.newBuilder(sidecar("selecting", "default", "default/details" + DOMAIN))
                .setCreated(3)
                .setSelector(Map.of("app", "client"))
                .build();
        Settings forOthers = Settings.newBuilder(sidecar("others", "default", "*/*"))
                .setCreated(0)
                .setSelector(Map.of("app", "other"))
                .build();

        assertThat(seen(root)).containsExactly("ratings.prod.svc.cluster.local");
        assertThat(seen(root, plain)).containsExactly("reviews" + DOMAIN);
        assertThat(seen(root, younger, plain)).containsExactly("reviews" + DOMAIN);
        assertThat(seen(root, younger, plain, selecting, forOthers)).containsExactly("details" + DOMAIN);
        assertThat(seen(root, forOthers)).containsExactly("ratings.prod.svc.cluster.local");
    }

    private static List<String> seen(Settings... sidecars) {
        var scoped = with(MESH, sidecars);
        return Arrays.asList("reviews" + DOMAIN, "details" + DOMAIN, "ratings.prod.svc.cluster.local").stream()
                .filter(host -> !call(scoped, host, 9080).equals(PASSED))
                .toList();
    }

    @Test
    void a_sidecar_of_the_root_namespace_means_the_workload_s_own_by_a_dot() {
        var scoped = with(MESH, sidecar("root", "", "./*"));

        assertThat(call(scoped, "reviews", 9080)).isEqualTo("outbound|9080||reviews" + DOMAIN);
        assertThat(call(scoped, "ratings.prod", 9080)).isEqualTo(PASSED);
    }

    @ParameterizedTest
    @CsvSource({
        "UNSET,         UNSET,         PassthroughCluster",
        "REGISTRY_ONLY, UNSET,         502 BlackHoleCluster",
        "UNSET,         REGISTRY_ONLY, 502 BlackHoleCluster",
        "ALLOW_ANY,     REGISTRY_ONLY, PassthroughCluster",
        "REGISTRY_ONLY, ALLOW_ANY,     502 BlackHoleCluster",
        "UNKNOWN,       ALLOW_ANY,     502 BlackHoleCluster",
    })
    void what_becomes_of_unknown_hosts_says_the_sidecar_else_the_mesh(
            OutboundTraffic sidecar, OutboundTraffic ofMesh, String outcome) {
        var scoped = with(
                MESH,
                Settings.newBuilder(sidecar("s", "default", "default/*"))
                        .setOutboundTraffic(sidecar)
                        .build(),
                Settings.newBuilder(sidecar("s", "", "*/*"))
                        .setRule("MeshConfig/istio-system/default")
                        .setEgress(null)
                        .setOutboundTraffic(ofMesh)
                        .build());

        assertThat(call(scoped, "unknown.example.org", 80)).isEqualTo(outcome);
        assertThat(call(scoped, "ratings.prod", 9080)).isEqualTo(outcome);
    }

    @Test
    void a_gateway_follows_no_sidecar() {
        var everywhere = Settings.newBuilder(sidecar("s", "default", "~*/*")).build();

        var scope = Scope.of(gateway(), List.of(everywhere), Map.of());

        assertThat(scope.shows("prod", "ratings.prod.svc.cluster.local", 80)).isTrue();
    }

    @Test
    void a_changed_sidecar_changes_what_earlier_tables_shared() {
        var clusters = new Clusters();
        var narrow = with(MESH, sidecar("s", "default", "default/*"));
        RouteTable before = RouteTable.of(client("default"), Revision.NONE, narrow, clusters, null);

        RouteTable after = RouteTable.of(client("default"), Revision.NONE, MESH, clusters, before);

        assertThat(outcome(before.decide(get("ratings.prod", "/").at(9080), random(1))))
                .isEqualTo(PASSED);
        assertThat(outcome(after.decide(get("ratings.prod", "/").at(9080), random(1))))
                .isEqualTo("outbound|9080||ratings.prod.svc.cluster.local");
    }
}
