package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.destination;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.match;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.named;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.route;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.string;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.to;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private static final HttpRoute FOR_JASON = to(
            "jasons",
            match().setUri(string(StringMatchKind.PREFIX, "/read"))
                    .setHeaders(List.of(named("end-user", StringMatchKind.EXACT, "jason")))
                    .build(),
            match().setMethod(string(StringMatchKind.EXACT, "PUT")).build());

    private static final HttpRoute SPLIT = route().setName("split")
            .setDestinations(List.of(destination("shop", "", 3), destination("other", "", 1)))
            .build();

    private static Compiled shop(HttpRules... candidates) {
        return mesh(service("shop", 80).setHttp(List.of(candidates)), service("jasons", 80), service("other", 80));
    }

    private static Explanation explained(Compiled mesh, Given.Request request) {
        return table(client("default"), mesh).explain(request, random(1), mesh);
    }

    @Test
    void each_match_that_was_tried_says_what_failed_first_and_what_the_request_has_there() {
        var explanation = explained(
                shop(rules("shop", FOR_JASON, SPLIT).build()),
                get("shop", "/read?page=1").with("End-User", "anna"));

        assertThat(explanation.host()).isEqualTo("shop" + DOMAIN);
        assertThat(explanation.tried())
                .containsExactly(
                        new Explanation.Tried(
                                "VirtualService/default/shop@1",
                                "http[0].match[0]",
                                "",
                                "headers[end-user] exact \"jason\": request has \"anna\""),
                        new Explanation.Tried(
                                "VirtualService/default/shop@1",
                                "http[0].match[1]",
                                "",
                                "method exact \"PUT\": request has \"GET\""),
                        new Explanation.Tried("VirtualService/default/shop@1", "http[1]", "split", ""));
    }

    @Test
    void a_split_tells_the_share_of_each_destination() {
        var explanation = explained(shop(rules("shop", SPLIT).build()), get("shop", "/"));

        assertThat(explanation.choices())
                .extracting(choice -> choice.percent() + " " + Given.outcome(choice.decision()))
                .containsExactly("75.0 outbound|80||shop" + DOMAIN, "25.0 outbound|80||other" + DOMAIN);
    }

    @Test
    void what_cannot_concern_the_caller_is_told_apart_from_what_was_tried() {
        var explanation = explained(
                shop(
                        rules("elsewhere", SPLIT).setExportTo(List.of("prod")).build(),
                        rules("edge", SPLIT)
                                .setGateways(List.of("default/edge"))
                                .build(),
                        rules(
                                        "shop",
                                        to(
                                                "other",
                                                match().setSourceLabels(Map.of("app", "till"))
                                                        .build(),
                                                match().setPort(81).build()),
                                        SPLIT)
                                .build(),
                        rules("late", SPLIT).build()),
                get("shop", "/"));

        assertThat(explanation.tried()).extracting(Explanation.Tried::place).containsExactly("http[1]");
        assertThat(explanation.leftOut())
                .extracting(each -> each.rule() + " " + each.place() + ": " + each.why())
                .containsExactly(
                        "VirtualService/default/elsewhere@1 : is exported to prod, not to default",
                        "VirtualService/default/edge@1 : is bound to default/edge, not to the mesh",
                        "VirtualService/default/shop@1 http[0].match[0]: sourceLabels {app=till}: the caller has"
                                + " {app=client}",
                        "VirtualService/default/shop@1 http[0].match[1]: port 81: the request is for 80",
                        "VirtualService/default/late@1 : comes after VirtualService/default/shop@1, which has the host"
                                + " for itself: the mesh merges no VirtualServices");
    }

    @Test
    void a_service_without_rules_is_its_own_choice() {
        var explanation = explained(shop(), get("shop", "/"));

        assertThat(explanation.tried()).isEmpty();
        assertThat(explanation.choices()).hasSize(1);
        assertThat(explanation.decision()).isInstanceOf(Decision.Forward.class);
    }

    @Test
    void deciding_allocates_nothing_for_a_known_destination() {
        RouteTable table = table(shop(rules("shop", FOR_JASON, SPLIT).build()));
        RequestHead request = new HeadWithoutHeaders("GET", "/read", "shop", "http", 0);
        RandomGenerator random = random(1);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        decideOften(table, request, random);

        long before = threads.getCurrentThreadAllocatedBytes();
        decideOften(table, request, random);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes for 20,000 decisions")
                .isLessThan(20_000);
    }

    /// Allocates nothing itself.
    private record HeadWithoutHeaders(String method, String path, String authority, String scheme, int listenerPort)
            implements RequestHead {
        @Override
        public @Nullable String header(String name) {
            return null;
        }
    }

    private static void decideOften(RouteTable table, RequestHead request, RandomGenerator random) {
        for (int i = 0; i < 20_000; i++) {
            table.decide(request, random);
        }
    }
}
