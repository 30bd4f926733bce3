package dev.meltemi.routing;

import static dev.meltemi.routing.Given.destination;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.route;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.string;
import static dev.meltemi.routing.Given.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.CorsPolicy;
import dev.meltemi.schemas.compiled.StringMatch;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrossOriginTest {
    private static final Given.Request ASKS =
            get("shop", "/").method("OPTIONS").with("Access-Control-Request-Method", "PUT");

    private static CorsPolicy.Builder allowing(StringMatch... origins) {
        return CorsPolicy.newBuilder().setAllowOrigins(List.of(origins));
    }

    private static StringMatch exact(String origin) {
        return string(StringMatchKind.EXACT, origin);
    }

    private static CrossOrigin.Verdict judged(CorsPolicy.Builder policy, Given.Request request) {
        var rule = route().setDestinations(List.of(destination("shop", "", 1))).setCors(policy.build());
        var shop = service("shop", 9080)
                .setHttp(List.of(rules("shop", rule.build()).build()));
        var forward = (Decision.Forward) table(mesh(shop)).decide(request, random(1));
        return Objects.requireNonNull(forward.route().crossOrigin()).of(request);
    }

    private static Map<String, String> told(CrossOrigin.Verdict verdict) {
        var told = new TreeMap<String, String>();
        verdict.headers().set().forEach(edit -> told.put(edit.name().replace("access-control-", ""), edit.value()));
        return told;
    }

    @Test
    void a_preflight_hears_what_the_policy_says_and_an_answer_what_concerns_it() {
        var policy = allowing(exact("https://a.example"))
                .setAllowMethods(List.of("PUT", "GET"))
                .setAllowHeaders(List.of("x-one", "x-two"))
                .setExposeHeaders(List.of("x-out", "x-more"))
                .setMaxAgeUs(90_000_000L)
                .setAllowCredentials(true);

        var preflight = judged(policy, ASKS.with("Origin", "https://a.example"));
        var answer = judged(policy, get("shop", "/").with("Origin", "https://a.example"));

        assertThat(preflight.preflight()).isTrue();
        assertThat(told(preflight))
                .containsOnly(
                        Map.entry("allow-origin", "https://a.example"),
                        Map.entry("allow-credentials", "true"),
                        Map.entry("expose-headers", "x-out,x-more"),
                        Map.entry("allow-methods", "PUT,GET"),
                        Map.entry("allow-headers", "x-one,x-two"),
                        Map.entry("max-age", "90"));
        assertThat(answer.preflight()).isFalse();
        assertThat(told(answer))
                .containsOnly(
                        Map.entry("allow-origin", "https://a.example"),
                        Map.entry("allow-credentials", "true"),
                        Map.entry("expose-headers", "x-out,x-more"));
    }

    @Test
    void what_the_policy_leaves_open_is_not_said() {
        var told = told(judged(allowing(exact("https://a.example")), ASKS.with("Origin", "https://a.example")));

        assertThat(told).containsOnlyKeys("allow-origin");
    }

    @ParameterizedTest(name = "{0} {1} for {2}: {3}")
    @CsvSource({
        "EXACT, https://a.example, https://a.example, true",
        "EXACT, https://a.example, https://A.example, false",
        "EXACT, https://a.example, https://a.example:8443, false",
        "PREFIX, https://a., https://a.b.example, true",
        "PREFIX, https://a., http://a.b.example, false",
        "REGEX, 'https://[a-z]+\\.example', https://abc.example, true",
        "REGEX, 'https://[a-z]+\\.example', https://abc.example.evil, false",
        "EXACT, *, https://anybody, true",
        "REGEX, .*, https://anybody, true",
        "PREFIX, *, https://anybody, true",
    })
    void an_origin_is_allowed_when_one_matches(StringMatchKind kind, String value, String origin, boolean allowed) {
        var policy = allowing(exact("https://other.example"), string(kind, value));

        var verdict = judged(policy, get("shop", "/").with("origin", origin));

        assertThat(told(verdict).get("allow-origin")).isEqualTo(allowed ? origin : null);
    }

    @Test
    void an_unmatched_preflight_goes_on_or_is_answered_without_its_origin() {
        var forwards = judged(allowing(exact("https://a.example")), ASKS.with("origin", "https://b.example"));
        var ignores = judged(
                allowing(exact("https://a.example"))
                        .setAllowMethods(List.of("GET"))
                        .setForwardUnmatchedPreflights(false),
                ASKS.with("origin", "https://b.example"));

        assertThat(forwards).isEqualTo(CrossOrigin.Verdict.NOT_CONCERNED);
        assertThat(ignores.preflight()).isTrue();
        assertThat(told(ignores)).containsOnly(Map.entry("allow-methods", "GET"));
    }

    @Test
    void a_star_echoes_what_the_preflight_asks_for() {
        var policy = allowing(exact("*")).setAllowMethods(List.of("*")).setAllowHeaders(List.of("*"));

        var told = told(judged(
                policy, ASKS.with("origin", "https://b.example").with("Access-Control-Request-Headers", "x-a, x-b")));

        assertThat(told)
                .containsEntry("allow-methods", "PUT")
                .containsEntry("allow-headers", "x-a, x-b")
                .containsEntry("allow-origin", "https://b.example");
    }

    @Test
    void options_without_a_method_to_come_and_a_request_without_origin_are_no_preflights() {
        var policy = allowing(exact("*"));

        var plainOptions = judged(policy, get("shop", "/").method("OPTIONS").with("origin", "https://b.example"));
        var sameSite = judged(policy, ASKS);

        assertThat(plainOptions.preflight()).isFalse();
        assertThat(told(plainOptions)).containsOnlyKeys("allow-origin");
        assertThat(sameSite).isEqualTo(CrossOrigin.Verdict.NOT_CONCERNED);
    }
}
