package dev.meltemi.routing;

import static dev.meltemi.routing.Given.destination;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.match;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.route;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.string;
import static dev.meltemi.routing.Given.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.DirectResponse;
import dev.meltemi.schemas.compiled.HeaderOperations;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.Redirect;
import dev.meltemi.schemas.compiled.Rewrite;
import dev.meltemi.schemas.compiled.StringMatchKind;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewritesTest {
    private static final HeaderEdits X_A =
            new HeaderEdits(List.of(new HeaderEdits.Edit("x-a", "1")), List.of(), List.of());

    private static Decision decide(HttpRoute route, Given.Request request) {
        var shop = service("shop", 9080).setHttp(List.of(rules("shop", route).build()));
        return table(mesh(shop)).decide(request, random(1));
    }

    private static Decision.Forward forward(HttpRoute.Builder route) {
        return (Decision.Forward) decide(route.build(), get("shop", "/"));
    }

    private static HttpRoute.Builder toShop(HttpMatch... matches) {
        return route(matches).setDestinations(List.of(destination("shop", "", 1)));
    }

    @ParameterizedTest(name = "{0} {1} rewritten to {2}: {3} becomes {4}")
    @CsvFileSource(resources = "paths.csv", numLinesToSkip = 1, delimiter = '|', nullValues = "-")
    void a_rewrite_replaces_what_was_matched_and_keeps_the_query(
            @Nullable StringMatchKind kind, @Nullable String matched, String rewrite, String path, String becomes) {
        HttpMatch.Builder match = match();
        if (kind != null && matched != null) {
            match.setUri(string(kind, matched));
        }
        var route = toShop(match.build())
                .setRewrite(Rewrite.newBuilder().setUri(rewrite).build());

        var forward = (Decision.Forward) decide(route.build(), get("shop", path));

        assertThat(Objects.requireNonNull(forward.route().rewrite()).apply(path))
                .isEqualTo(becomes);
    }

    @ParameterizedTest(name = "{0} by {1}: {2} becomes {3}")
    @CsvFileSource(resources = "substitutions.csv", numLinesToSkip = 1, delimiter = '|')
    void a_regex_rewrite_substitutes_everywhere_in_the_path(
            String regex, String substitution, String path, String becomes) {
        var route = toShop().setRewrite(Rewrite.newBuilder()
                .setRegex(regex)
                .setRegexSubstitution(substitution)
                .build());

        Decision.Forward forward = forward(route);

        assertThat(Objects.requireNonNull(forward.route().rewrite()).apply(path))
                .isEqualTo(becomes);
    }

    @ParameterizedTest(name = "{7}{8} to {9}")
    @CsvFileSource(resources = "redirects.csv", numLinesToSkip = 1, delimiter = '|', nullValues = "-")
    void a_redirect_keeps_what_the_rule_does_not_name(
            @Nullable String uri,
            @Nullable String prefix,
            @Nullable String authority,
            @Nullable String scheme,
            int port,
            boolean fromRequest,
            String callerScheme,
            String caller,
            String path,
            String location) {
        var match = match().setUri(string(StringMatchKind.PREFIX, prefix == null ? "/" : "/x"));
        var redirect = Redirect.newBuilder()
                .setUri(uri)
                .setPrefixRewrite(prefix)
                .setAuthority(authority)
                .setScheme(scheme)
                .setPort(port)
                .setPortFromRequest(fromRequest);
        var rule = route(match.build()).setRedirect(redirect.build()).build();
        var shop = service("shop", 9080)
                .setAddresses(List.of("::1"))
                .setHttp(List.of(rules("shop", rule).build()));

        Decision decision = table(mesh(shop)).decide(get(caller, path).scheme(callerScheme), random(1));

        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Redirect.class,
                        redirected -> assertThat(redirected.location()).isEqualTo(location));
    }

    @Test
    void a_single_destination_s_headers_come_after_the_rule_s_own() {
        var route = route().setHeaders(set("x-a", "rule"))
                .setDestinations(List.of(withHeaders(destination("shop", "", 1), set("X-A", "destination"))));

        Decision.Forward forward = forward(route);

        assertThat(forward.requestEdits().set())
                .containsExactly(new HeaderEdits.Edit("x-a", "rule"), new HeaderEdits.Edit("x-a", "destination"));
    }

    @Test
    void the_rule_s_headers_win_over_a_weighted_destination_s_own() {
        var route = route().setHeaders(set("x-a", "rule"))
                .setDestinations(List.of(
                        withHeaders(destination("shop", "", 1), set("x-a", "destination")),
                        destination("absent", "", 0)));

        Decision.Forward forward = forward(route);

        assertThat(forward.requestEdits().set()).containsExactly(new HeaderEdits.Edit("x-a", "rule"));
    }

    @Test
    void a_destination_s_authority_is_that_of_its_requests() {
        Decision.Forward forward = forward(route().setDestinations(List.of(withAuthority("inner.example.com"))));

        assertThat(forward.route().authorityRewrite()).isEqualTo("inner.example.com");
    }

    @Test
    void a_weighted_destination_s_authority_is_its_own() {
        var route =
                route().setDestinations(List.of(withAuthority("inner.example.com"), destination("shop", "absent", 0)));

        assertThat(forward(route).route().authorityRewrite()).isEqualTo("inner.example.com");
    }

    @Test
    void an_authority_rewrite_wins_over_a_destination_s() {
        var route = route().setDestinations(List.of(withAuthority("inner.example.com")))
                .setRewrite(
                        Rewrite.newBuilder().setAuthority("rewrite.example.com").build());

        assertThat(forward(route).route().authorityRewrite()).isEqualTo("rewrite.example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", ":authority", "Content-Length", "Transfer-Encoding", "Connection"})
    void a_header_that_routes_or_frames_a_message_is_never_edited(String name) {
        assertThat(forward(toShop().setHeaders(set(name, "1"))).requestEdits()).isEqualTo(HeaderEdits.NONE);
    }

    @Test
    void a_redirect_and_an_answer_carry_the_rule_s_response_headers() {
        var headers =
                HeaderOperations.newBuilder().setResponseSet(Map.of("X-A", "1")).build();
        var redirect = route().setHeaders(headers)
                .setRedirect(Redirect.newBuilder().setUri("/b").build())
                .build();
        var answer = route().setHeaders(headers)
                .setDirectResponse(DirectResponse.newBuilder().setStatus(204).build())
                .build();

        Decision redirected = decide(redirect, get("shop", "/"));
        Decision answered = decide(answer, get("shop", "/"));

        assertThat(redirected)
                .isInstanceOfSatisfying(
                        Decision.Redirect.class,
                        one -> assertThat(one.responseEdits()).isEqualTo(X_A));
        assertThat(answered)
                .isInstanceOfSatisfying(
                        Decision.Respond.class,
                        one -> assertThat(one.responseEdits()).isEqualTo(X_A));
    }

    private static WeightedDestination withAuthority(String authority) {
        return WeightedDestination.newBuilder(destination("shop", "", 1))
                .setAuthority(authority)
                .build();
    }

    private static HeaderOperations set(String name, String value) {
        return HeaderOperations.newBuilder().setRequestSet(Map.of(name, value)).build();
    }

    private static WeightedDestination withHeaders(WeightedDestination destination, HeaderOperations headers) {
        return WeightedDestination.newBuilder(destination).setHeaders(headers).build();
    }
}
