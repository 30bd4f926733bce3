package dev.meltemi.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.routing.Decision;
import dev.meltemi.routing.Explanation;
import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Over generated meshes and requests: what `meltemi explain` says is what a table decides and what a proxy does.
class ExplainingAndServingAgreeTest {
    private static final int MESHES = 60;
    private static final int REQUESTS = 30;
    private static final int SENT = 4;

    private static Workload self(RoutingCase asked) {
        return asked.workload(Map.of("istio", "ingressgateway"));
    }

    @Test
    void the_explained_decision_is_the_one_that_is_made_and_the_last_match_tried_made_it() {
        int matched = 0;
        for (int seed = 0; seed < MESHES; seed++) {
            var rules = new GeneratedRules(new SplittableRandom(seed));
            var mesh = MeshOfCase.of(rules.documents());
            assertThat(mesh.refused()).isEmpty();
            for (int i = 0; i < REQUESTS; i++) {
                RoutingCase asked = rules.request();
                RouteTable table = mesh.table(self(asked));
                Decision decided = table.decide(asked.head(), new SplittableRandom(i));
                Explanation explained = table.explain(asked.head(), new SplittableRandom(i), mesh.compiled());
                matched += assertAgree(explained, decided, "seed " + seed + ", " + asked.asked()) ? 1 : 0;
            }
        }
        assertThat(matched)
                .as("requests that a match decided, so that this test means something")
                .isGreaterThan(600);
    }

    /// @return whether a match decided
    private static boolean assertAgree(Explanation explained, Decision decided, String what) {
        assertThat(told(explained.decision())).as(what).isEqualTo(told(decided));
        List<Explanation.Tried> tried = explained.tried();
        boolean matched = !tried.isEmpty() && tried.getLast().matched();
        assertThat(tried.stream().filter(Explanation.Tried::matched)).as(what).hasSize(matched ? 1 : 0);
        assertThat(explained.leftOut())
                .as(what)
                .noneMatch(out -> tried.stream()
                        .anyMatch(each ->
                                each.rule().equals(out.rule()) && each.place().equals(out.place())));
        if (matched) {
            assertThat(tried.getLast().rule()).as(what).startsWith(rule(decided) + "@");
            assertThat(explained.choices().stream().map(choice -> told(choice.decision())))
                    .as(what)
                    .contains(told(decided));
            assertThat(explained.choices().stream()
                            .mapToDouble(Explanation.Choice::percent)
                            .sum())
                    .as(what)
                    .isEqualTo(100);
        } else if (!tried.isEmpty()) {
            assertThat(decided)
                    .as(what)
                    .isInstanceOfSatisfying(
                            Decision.Refuse.class,
                            refuse -> assertThat(refuse.failure()).isInstanceOf(ProxyFailure.NoRoute.class));
        }
        return matched;
    }

    private static String rule(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward -> forward.route().rule();
            case Decision.Redirect redirect -> redirect.route().rule();
            case Decision.Respond respond -> respond.route().rule();
            case Decision.Refuse refuse -> refuse.route().rule();
        };
    }

    private static String told(Decision decision) {
        return rule(decision) + ": " + Destination.told(decision);
    }

    @Test
    void a_proxy_does_with_a_request_what_was_explained() throws IOException {
        try (var live = new LiveMesh(false)) {
            for (int seed = 0; seed < MESHES; seed++) {
                var rules = new GeneratedRules(new SplittableRandom(seed));
                var mesh = MeshOfCase.of(rules.documents());
                for (int i = 0; i < SENT; i++) {
                    RoutingCase asked = rules.request();
                    var explained =
                            mesh.table(self(asked)).explain(asked.head(), new SplittableRandom(i), mesh.compiled());
                    assertThat(live.begin(mesh, self(asked), asked)).isEmpty();
                    var seen = new LiveAnswer(asked, live.send(asked, 1), live.arrivals(0));

                    assertThat(possible(explained))
                            .as("seed " + seed + ", " + asked.asked() + " " + explained)
                            .contains(done(seen));
                }
            }
        }
    }

    /// Status, and the host that answers or the place that the client is sent to.
    private static Set<String> possible(Explanation explained) {
        var possible = new TreeSet<String>();
        explained.choices().forEach(choice -> possible.add(outcome(choice.decision())));
        possible.add(outcome(explained.decision()));
        return possible;
    }

    private static String outcome(Decision decision) {
        return switch (decision) {
            case Decision.Forward forward ->
                "200 " + Destination.service(forward.cluster().name());
            case Decision.Redirect redirect -> redirect.status() + " " + redirect.location();
            case Decision.Respond respond -> respond.status() + " ";
            case Decision.Refuse refuse -> FailureWords.of(refuse.failure()).status() + " ";
        };
    }

    private static String done(LiveAnswer seen) {
        Map<String, Object> services = Node.map(seen.of("services", null));
        Map<String, Object> redirect = Node.map(seen.of("redirect", null));
        return seen.of("status", null) + " "
                + (services.isEmpty()
                        ? redirect.get("location")
                        : services.keySet().iterator().next());
    }
}
