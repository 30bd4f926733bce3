package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.match;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.named;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.route;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.string;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class MatchesTest {
    private static final String HIT = "outbound|80||hit" + DOMAIN;
    private static final String MISS = "404 NR";

    @ParameterizedTest(name = "{0} {1} {2} {3}: {4} is {5}")
    @CsvFileSource(resources = "matches.csv", numLinesToSkip = 1, delimiter = '|', nullValues = "-")
    void a_match_holds_as_in_Envoy(
            String field,
            @Nullable String name,
            StringMatchKind kind,
            @Nullable String value,
            String line,
            boolean holds) {
        HttpMatch match =
                single(field, Objects.requireNonNullElse(name, ""), kind, Objects.requireNonNullElse(value, ""));
        RouteTable table = table(shop(rules("shop", to("hit", match)).build()));

        Decision decision = table.decide(request(line), random(1));

        assertThat(outcome(decision)).isEqualTo(holds ? HIT : MISS);
    }

    private static HttpMatch single(String field, String name, StringMatchKind kind, String value) {
        HttpMatch.Builder match = match();
        return (switch (field) {
                    case "uri" -> match.setUri(string(kind, value));
                    case "uri~" -> match.setUri(string(kind, value)).setIgnoreUriCase(true);
                    case "method" -> match.setMethod(string(kind, value));
                    case "scheme" -> match.setScheme(string(kind, value));
                    case "authority" -> match.setAuthority(string(kind, value));
                    case "header" -> match.setHeaders(List.of(named(name, kind, value)));
                    case "without" -> match.setWithoutHeaders(List.of(named(name, kind, value)));
                    case "query" -> match.setQueryParams(List.of(named(name, kind, value)));
                    default -> throw new IllegalArgumentException("no such field of a match: " + field);
                })
                .build();
    }

    private static Given.Request request(String line) {
        String[] words = line.split(" ", -1);
        Given.Request request = get("shop:80", words[1]).method(words[0]);
        for (int i = 2; i < words.length; i++) {
            String[] header = words[i].split("=", 2);
            request = request.with(header[0], header[1]);
        }
        return request;
    }

    private static Compiled shop(HttpRules... candidates) {
        return mesh(service("shop", 80).setHttp(List.of(candidates)), service("hit", 80), service("other", 80));
    }

    @Test
    void the_first_rule_that_matches_decides() {
        var rules = rules(
                "shop",
                to("other", match().setUri(string(StringMatchKind.PREFIX, "/a")).build()),
                to("hit", match().setUri(string(StringMatchKind.EXACT, "/a/b")).build()));

        Decision decision = table(shop(rules.build())).decide(get("shop", "/a/b"), random(1));

        assertThat(outcome(decision)).isEqualTo("outbound|80||other" + DOMAIN);
    }

    @Test
    void nothing_after_a_rule_that_matches_everything_is_looked_at() {
        var everything = match().setUri(string(StringMatchKind.PREFIX, "/")).build();
        var rules = rules("shop", to("other", everything), to("hit"));

        Decision decision = table(shop(rules.build())).decide(get("shop", "/"), random(1));

        assertThat(outcome(decision)).isEqualTo("outbound|80||other" + DOMAIN);
    }

    @Test
    void a_host_that_a_rule_owns_has_no_other_route_than_the_rule_s() {
        var rules = rules(
                "shop",
                to("hit", match().setUri(string(StringMatchKind.PREFIX, "/a")).build()));

        Decision decision = table(shop(rules.build())).decide(get("shop", "/b"), random(1));

        assertThat(outcome(decision)).isEqualTo(MISS);
        assertThat(((Decision.Refuse) decision).service().host()).isEqualTo("shop" + DOMAIN);
    }

    @Test
    void the_first_rule_that_the_client_sees_owns_the_host_and_the_next_is_not_merged() {
        var hidden = rules("hidden", to("other")).setExportTo(List.of("prod"));
        var first = rules(
                "first",
                to("hit", match().setUri(string(StringMatchKind.EXACT, "/hit")).build()));
        var second = rules("second", to("other"));

        RouteTable table = table(shop(hidden.build(), first.build(), second.build()));

        assertThat(outcome(table.decide(get("shop", "/hit"), random(1)))).isEqualTo(HIT);
        assertThat(outcome(table.decide(get("shop", "/other"), random(1)))).isEqualTo(MISS);
    }

    @Test
    void conditions_on_the_caller_are_settled_when_the_table_is_built() {
        var mine = match().setSourceLabels(Map.of("app", "client")).build();
        var theirs = match().setSourceLabels(Map.of("app", "somebody")).build();
        var rules = rules("shop", to("other", theirs), to("hit", mine));

        Decision decision = table(shop(rules.build())).decide(get("shop", "/"), random(1));

        assertThat(outcome(decision)).isEqualTo(HIT);
    }

    @Test
    void conditions_on_the_caller_are_ignored_where_the_match_lists_gateways() {
        var match = match().setSourceLabels(Map.of("app", "somebody")).setGateways(List.of("mesh"));
        var elsewhere = match().setGateways(List.of("default/ingress"));
        var rules = rules("shop", to("other", elsewhere.build()), to("hit", match.build()));

        Decision decision = table(shop(rules.build())).decide(get("shop", "/"), random(1));

        assertThat(outcome(decision)).isEqualTo(HIT);
    }

    @Test
    void a_namespace_of_callers_is_a_condition_too() {
        var rules = rules("shop", to("hit", match().setSourceNamespace("prod").build()));
        Compiled mesh = shop(rules.build());

        assertThat(outcome(table(client("prod"), mesh).decide(get("shop.default", "/"), random(1))))
                .isEqualTo(HIT);
        assertThat(outcome(table(client("default"), mesh).decide(get("shop", "/"), random(1))))
                .isEqualTo("outbound|80||shop.default.svc.cluster.local");
    }

    @Test
    void a_port_in_a_match_is_the_one_that_was_called() {
        var rules = rules(
                "multi",
                to("hit", match().setPort(8080).build()),
                to("other", match().setPort(8081).build()));
        Compiled mesh = mesh(
                service("multi", 8080, 8081).setHttp(List.of(rules.build())), service("hit", 80), service("other", 80));

        assertThat(outcome(table(mesh).decide(get("multi:8081", "/"), random(1))))
                .isEqualTo("outbound|80||other" + DOMAIN);
    }

    @Test
    void a_route_is_named_after_its_rule_and_its_match() {
        var match = match().setName("beta").build();
        var rules = rules(
                "shop",
                route(match)
                        .setName("canary")
                        .setDestinations(to("hit").getDestinations())
                        .build());

        var forward = (Decision.Forward) table(shop(rules.build())).decide(get("shop", "/"), random(1));

        assertThat(forward.route().name()).isEqualTo("canary.beta");
        assertThat(forward.route().rule()).isEqualTo("VirtualService/default/shop");
    }
}
