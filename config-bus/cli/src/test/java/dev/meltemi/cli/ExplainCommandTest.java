package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.WeightedDestination;
import dev.meltemi.schemas.fleet.Registration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ExplainCommandTest {
    private static final String HOST = "reviews.default.svc.cluster.local";

    private static final String RULES = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews}
        spec: {ports: [{name: http, port: 9080}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
          - match: [{headers: {end-user: {exact: jason}}}]
            route: [{destination: {host: reviews, subset: v2}}]
          - match: [{uri: {prefix: /reviews}}]
            timeout: 2s
            route: [{destination: {host: reviews}}]
        """;

    private final Operator operator = new Operator();

    private String explained(String... request) {
        var words = new String[request.length + 5];
        System.arraycopy(
                new String[] {"explain", "-f", "-", "--from", "productpage"},
                0,
                words,
                0,
                words.length - request.length);
        System.arraycopy(request, 0, words, 5, request.length);
        assertThat(operator.piping(RULES).types(words)).isZero();
        return operator.out();
    }

    @Test
    void tells_which_predicate_failed_first_and_which_match_holds() {
        assertThat(explained("GET", "http://reviews:9080/reviews/0"))
                .contains(
                        "VirtualService/default/reviews@1 http[0].match[0]: headers[end-user] exact \"jason\":"
                                + " request has none",
                        "matched         VirtualService/default/reviews@1 http[1].match[0]",
                        "outbound|9080||" + HOST,
                        "timeout         2.0s");
    }

    @Test
    void tells_what_is_missing_and_what_to_do() {
        assertThat(explained("http://reviews:9080/", "-H", "end-user: jason"))
                .contains("refused: 503 NC cluster_not_found", "next", "a DestinationRule has to define the subset");
        assertThat(explained("http://reviews:9080/none")).contains("404 NR", "no match holds");
    }

    @Test
    void a_request_that_is_none_is_a_matter_of_usage() {
        assertThat(operator.piping(RULES).types("explain", "-f", "-", "--from", "a", "ftp://reviews"))
                .isEqualTo(64);
        assertThat(operator.err()).contains("expected http://HOST");
    }

    @Test
    void the_compiled_topics_and_the_callers_own_labels_decide() {
        put(Topics.ROUTES, HOST, onlyForProductpage());
        put(
                Topics.ENDPOINTS,
                HOST + "/reviews-v1~1",
                ServiceEndpoint.newBuilder()
                        .setHost(HOST)
                        .setInstance("reviews-v1~1")
                        .setAddress("127.0.0.9")
                        .setPorts(Map.of("9080", 9080))
                        .setNamespace("default")
                        .build());
        put(
                Topics.WORKLOADS,
                "productpage-v1~1",
                Registration.newBuilder()
                        .setInstance("productpage-v1~1")
                        .setWorkload("productpage-v1")
                        .setNamespace("default")
                        .setLabels(Map.of("app", "productpage", "tier", "front"))
                        .setAddress("127.0.0.8")
                        .build());
        put(
                Topics.REVISIONS,
                "mesh",
                Cut.newBuilder()
                        .setTopicId("id")
                        .setConfigOffset(7)
                        .setSequence(1)
                        .setTopics(List.of())
                        .build());

        assertThat(operator.types("explain", "--from", "productpage", "http://reviews:9080/", "-o", "json"))
                .isZero();

        var told = JsonMapper.builder().build().readTree(operator.out());
        assertThat(told.at("/tried/0/rule").asString()).isEqualTo("VirtualService/default/reviews@7");
        assertThat(told.at("/choices/0/endpoints/0/address").asString()).isEqualTo("127.0.0.9:9080");
    }

    private <V> void put(Topic<V> topic, String key, V value) {
        operator.bus.publish(Write.put(topic, key, value)).block();
    }

    private static ServiceRoutes onlyForProductpage() {
        var route = HttpRoute.newBuilder()
                .setMatches(List.of(HttpMatch.newBuilder()
                        .setSourceLabels(Map.of("tier", "front"))
                        .build()))
                .setDestinations(List.of(WeightedDestination.newBuilder()
                        .setDestination(Destination.newBuilder().setHost(HOST).build())
                        .setWeight(1)
                        .build()))
                .build();
        return ServiceRoutes.newBuilder()
                .setHost(HOST)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(ServicePort.newBuilder()
                        .setNumber(9080)
                        .setName("http")
                        .setProtocol("HTTP")
                        .build()))
                .setHttp(List.of(HttpRules.newBuilder()
                        .setRule("default/reviews")
                        .setNamespace("default")
                        .setConfigOffset(7)
                        .setRoutes(List.of(route))
                        .build()))
                .build();
    }
}
