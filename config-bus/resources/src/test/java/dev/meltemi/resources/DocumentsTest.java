package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.meltemi.resources.Documents.Document;
import dev.meltemi.resources.HttpRoute.WeightedDestination;
import dev.meltemi.schemas.ResourceKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    private static final String REVIEWS = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: reviews
        spec:
          hosts: [reviews]
          http:
          - match:
            - headers: {end-user: {exact: jason}, x-any: {}}
            timeout: 1.5s
            retries: {attempts: 2, retryOn: "connect-failure,503"}
            route:
            - destination: {host: reviews, subset: v2, port: {number: 9080}}
        """;

    private static Resource accepted(String text) {
        return switch (Documents.judge(text, Optional.empty())) {
            case Verdict.Accepted accepted -> accepted.resource();
            case Verdict.Rejected rejected -> throw new AssertionError(rejected);
        };
    }

    private static Finding refused(String text, Optional<ResourceKey> key) {
        return switch (Documents.judge(text, key)) {
            case Verdict.Accepted accepted -> throw new AssertionError(accepted);
            case Verdict.Rejected rejected -> rejected.errors().getFirst();
        };
    }

    @Test
    void a_rule_becomes_a_value() {
        Resource resource = accepted(REVIEWS);

        assertThat(resource).isInstanceOfSatisfying(VirtualService.class, service -> {
            assertThat(service.key()).hasToString("networking.istio.io/VirtualService/default/reviews");
            assertThat(service.gateways()).containsExactly("mesh");
            HttpRoute route = service.http().getFirst();
            assertThat(route.matches().getFirst().headers())
                    .isEqualTo(Map.of("end-user", new StringMatch.Exact("jason"), "x-any", new StringMatch.Present()));
            assertThat(route.timeout()).contains(Duration.ofMillis(1500));
            assertThat(route.retries().orElseThrow().statusCodes()).containsExactly(503);
            assertThat(route.retries().orElseThrow().retryOn())
                    .containsExactly("connect-failure", "retriable-status-codes");
            assertThat(route.destinations())
                    .containsExactly(new WeightedDestination(
                            new Destination("reviews", Optional.of("v2"), OptionalInt.of(9080)),
                            100,
                            HeaderOperations.NONE));
        });
    }

    @Test
    void json_is_read_as_yaml_is() {
        Resource resource = accepted("""
            {
            \t"apiVersion": "networking.istio.io/v1beta1", "kind": "DestinationRule",
            \t"metadata": {"name": "reviews", "namespace": "prod", "labels": {"a": "b"}},
            \t"spec": {"host": "reviews", "subsets": [{"name": "v1", "labels": {"version": "v1"}}]}
            }
            """);

        assertThat(resource).isInstanceOfSatisfying(DestinationRule.class, rule -> {
            assertThat(rule.key().namespace()).isEqualTo("prod");
            assertThat(rule.subsets().getFirst().labels()).isEqualTo(Map.of("version", "v1"));
        });
    }

    @Test
    void a_document_without_a_namespace_takes_that_of_its_key() {
        var key = new ResourceKey("networking.istio.io", "VirtualService", "prod", "reviews");

        Verdict verdict = Documents.judge(REVIEWS, Optional.of(key));

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Accepted.class,
                        accepted -> assertThat(accepted.resource().key()).isEqualTo(key));
    }

    @Test
    void a_key_that_is_not_the_documents_is_refused_with_the_right_one() {
        var key = new ResourceKey("networking.istio.io", "VirtualService", "default", "ratings");

        Finding finding = refused(REVIEWS, Optional.of(key));

        assertThat(finding.code()).isEqualTo("MESH0103");
        assertThat(finding.hint().orElse("")).contains("networking.istio.io/VirtualService/default/reviews");
    }

    @Test
    void an_unknown_field_is_found_where_it_stands() {
        Finding finding = refused(REVIEWS.replace("timeout:", "timeuot:"), Optional.empty());

        assertThat(finding.at()).isEqualTo(new Position(10, 5));
        assertThat(finding.path()).isEqualTo("spec.http[0].timeuot");
        assertThat(finding.hint()).contains("did you mean \"timeout\"?");
    }

    @Test
    void a_secret_is_refused_because_a_topic_keeps_it_for_everybody() {
        Finding finding = refused("{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {}}", Optional.empty());

        assertThat(finding.code()).isEqualTo("MESH0106");
        assertThat(finding.hint().orElse("")).contains("beside the gateway");
    }

    @Test
    void a_namespace_is_in_no_namespace_itself() {
        Resource resource = accepted("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {a: b}}}");

        assertThat(resource)
                .isEqualTo(new Namespace(new ResourceKey("core", "Namespace", "-", "shop"), Map.of("a", "b")));
    }

    @Test
    void a_core_service_becomes_a_service_of_the_mesh() {
        Resource resource = accepted("""
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: default, creationTimestamp: null, uid: 1-2}
            spec:
              selector: {app: reviews}
              ports:
              - {port: 9080, name: http, targetPort: 8080, protocol: TCP}
              - {port: 15010, name: grpc-xds, targetPort: xds}
            status: {loadBalancer: {}}
            """);

        assertThat(resource).isInstanceOfSatisfying(Service.class, service -> {
            assertThat(service.key()).hasToString("core/Service/default/reviews");
            assertThat(service.ports())
                    .containsExactly(
                            new ServicePort(9080, "http", Protocol.HTTP, 8080),
                            new ServicePort(15010, "grpc-xds", Protocol.GRPC, 15010));
            assertThat(service.selector()).isEqualTo(Map.of("app", "reviews"));
        });
    }

    @Test
    void an_envoy_filter_is_accepted_and_told_what_replaces_it() {
        Verdict verdict = Documents.judge("""
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: lua}
            spec:
              configPatches:
              - applyTo: HTTP_FILTER
                patch: {operation: INSERT_BEFORE, value: {name: lua, anything: [1, {goes: here}]}}
            """, Optional.empty());

        assertThat(verdict).isInstanceOfSatisfying(Verdict.Accepted.class, accepted -> {
            assertThat(accepted.resource()).isInstanceOf(Opaque.class);
            assertThat(accepted.notInForce())
                    .singleElement()
                    .asString()
                    .startsWith("spec: ")
                    .contains("VirtualService");
        });
    }

    @Test
    void a_stream_is_split_into_documents_that_know_their_line() {
        String stream = "# first\n---\n# only a comment\n---\n" + REVIEWS + "--- # third\na: b\n...\n";

        List<Document> documents = Documents.split(stream);

        assertThat(documents)
                .extracting(Document::firstLine, document -> document.text().strip())
                .containsExactly(tuple(5, REVIEWS.strip()), tuple(18, "# third\na: b"));
    }

    @Test
    void the_items_of_a_list_are_documents_with_their_own_lines_and_columns() {
        String list = """
            apiVersion: v1
            kind: List
            items:
              - apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {ports: [{port: 80}]}
              - {apiVersion: v1, kind: Service, metadata: {name: b}, spec: {prots: []}}
            """;

        List<Document> documents = Documents.split(list);

        assertThat(documents).extracting(Document::firstLine).containsExactly(4, 8);
        assertThat(accepted(documents.getFirst().text()).key().name()).isEqualTo("a");
        assertThat(refused(documents.getLast().text(), Optional.empty()).at().column())
                .isEqualTo(list.lines().toList().get(7).indexOf("prots") + 1);
    }

    @Test
    void a_json_list_is_split() {
        List<Document> documents = Documents.split("[{\"a\": 1},\n {\"b\": \"😀\"}, {\"c\": 3}]");

        assertThat(documents)
                .extracting(document -> document.text().strip())
                .containsExactly("{\"a\": 1}", "{\"b\": \"😀\"}", "{\"c\": 3}");
    }
}
