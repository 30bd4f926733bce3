package dev.meltemi.routing;

import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SharingTest {
    private static final Compiled MESH = mesh(
            service("reviews", 9080)
                    .setHttp(List.of(rules("reviews", to("ratings")).build())),
            service("ratings", 9080),
            service("details", 9080));

    private final Clusters clusters = new Clusters();
    private final RouteTable before = RouteTable.of(client("default"), Revision.NONE, MESH, clusters, null);

    private static Decision decide(RouteTable table, String host) {
        return table.decide(get(host, "/"), random(1));
    }

    private static Compiled.Delta changed(String host, Optional<ServiceRoutes> now) {
        var changes = new HashMap<String, Optional<ServiceRoutes>>();
        changes.put(host + Given.DOMAIN, now);
        return new Compiled.Delta(changes, Map.of(), Map.of(), Map.of(), Map.of());
    }

    private RouteTable after(Compiled.Delta delta) {
        return RouteTable.of(client("default"), Revision.NONE, MESH.with(delta), clusters, before);
    }

    @Test
    void a_host_that_did_not_change_keeps_its_decisions() {
        var delta =
                changed("details", Optional.of(service("details", 9080, 9081).build()));

        RouteTable after = after(delta);

        assertThat(decide(after, "reviews")).isSameAs(decide(before, "reviews"));
        assertThat(decide(after, "details")).isNotSameAs(decide(before, "details"));
    }

    @Test
    void a_host_is_built_anew_when_a_service_that_it_leads_to_changed() {
        RouteTable after = after(changed("ratings", Optional.empty()));

        assertThat(outcome(decide(after, "reviews"))).isEqualTo("503 NC");
        assertThat(outcome(decide(before, "reviews"))).isEqualTo("outbound|9080||ratings.default.svc.cluster.local");
    }

    @Test
    void a_host_is_built_anew_when_a_service_that_it_missed_appears() {
        RouteTable without = after(changed("ratings", Optional.empty()));

        RouteTable with = RouteTable.of(client("default"), Revision.NONE, MESH, clusters, without);

        assertThat(outcome(decide(with, "reviews"))).isEqualTo("outbound|9080||ratings.default.svc.cluster.local");
    }

    @Test
    void nothing_is_shared_with_a_table_for_another_workload() {
        RouteTable other = RouteTable.of(client("prod"), Revision.NONE, MESH, clusters, before);

        assertThat(decide(other, "reviews.default")).isNotSameAs(decide(before, "reviews.default"));
    }
}
