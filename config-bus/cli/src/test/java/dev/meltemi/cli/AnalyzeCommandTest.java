package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyzeCommandTest {
    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews}
        spec:
          selector: {app: reviews}
          ports: [{name: http, port: 9080}]
        """;
    private static final String RULE = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
          - route:
            - destination: {host: revews}
        """;

    private final Operator operator = new Operator();

    @TempDir
    Path folder;

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private void inForce(String key, String text) {
        operator.bus.publish(Write.put(Topics.ACCEPTED, key, text)).block();
    }

    private void runs(String workload, Map<String, String> labels, String host) {
        var registration = Registration.newBuilder()
                .setInstance(workload + "~1")
                .setWorkload(workload)
                .setNamespace("default")
                .setLabels(labels)
                .setAddress("127.0.0.1")
                .setServices(List.of(new RegisteredService(host, List.of(new RegisteredPort("http", 9080, "HTTP")))))
                .build();
        operator.bus
                .publish(Write.put(Topics.WORKLOADS, registration.getInstance(), registration))
                .block();
    }

    @Test
    void a_misspelt_host_is_found_in_its_line_with_what_was_meant() throws IOException {
        String rule = file("rule.yaml", "# mine\n---\n" + RULE);

        int code = operator.types("analyze", file("service.yaml", SERVICE), rule);

        assertThat(operator.out())
                .startsWith(
                        "Error [IST0101] (VirtualService default/reviews " + rule + ":10:21) host \"revews\" not found")
                .contains("hint: did you mean \"reviews\"?");
        assertThat(code).isEqualTo(79);
    }

    @Test
    void files_that_speak_of_no_service_are_not_blamed_for_it() throws IOException {
        int code = operator.types("analyze", "-f", file("rule.yaml", RULE));

        assertThat(operator.out()).isEmpty();
        assertThat(operator.err()).contains("nothing wrong in 1 documents");
        assertThat(code).isZero();
    }

    @Test
    void without_files_the_mesh_is_read_and_its_workloads_offer_hosts() {
        inForce("networking.istio.io/VirtualService/default/reviews", RULE);
        runs("reviews-v1", Map.of("app", "reviews"), "reviews.default.svc.cluster.local");

        int code = operator.types("analyze");

        assertThat(operator.out())
                .contains("(VirtualService default/reviews mesh.config.accepted:8:21) host \"revews\" not found")
                .contains("did you mean \"reviews\"?");
        assertThat(code).isEqualTo(79);
    }

    @Test
    void a_file_stands_for_the_document_of_the_mesh_that_it_would_replace() throws IOException {
        inForce("networking.istio.io/VirtualService/default/reviews", RULE);
        inForce("core/Service/default/reviews", SERVICE);

        int code = operator.types("analyze", "--live", file("rule.yaml", RULE.replace("revews", "reviews")));

        assertThat(operator.out()).isEmpty();
        assertThat(code).isZero();
    }

    @Test
    void other_namespaces_of_the_mesh_are_shown_when_asked_for() {
        inForce("networking.istio.io/VirtualService/shop/reviews", RULE);
        inForce("core/Service/default/reviews", SERVICE);

        assertThat(operator.types("analyze")).isZero();
        assertThat(operator.types("analyze", "-n", "shop")).isEqualTo(79);
        assertThat(operator.types("analyze", "-A")).isEqualTo(79);
    }

    @Test
    void what_is_known_is_left_out_by_option_or_annotation() throws IOException {
        String service = file("service.yaml", SERVICE);
        String rule = file("rule.yaml", RULE);
        String accepted = file(
                "accepted.yaml",
                RULE.replace(
                        "{name: reviews}",
                        "{name: reviews, annotations: {analysis.istio.io/suppress: \"IST0133,IST0101\"}}"));

        assertThat(operator.types("analyze", service, rule, "-S", "IST0101=VirtualService rev*.default"))
                .isZero();
        assertThat(operator.types("analyze", service, accepted)).isZero();
        assertThat(operator.types("analyze", service, rule, "-S", "IST0101=VirtualService other.default"))
                .isEqualTo(79);
        assertThat(operator.types("analyze", service, rule, "-S", "nonsense")).isEqualTo(64);
    }

    @Test
    void json_has_istioctls_fields_and_the_path() throws IOException {
        operator.types("analyze", file("service.yaml", SERVICE), file("rule.yaml", RULE), "-o", "json");

        assertThat(operator.out())
                .contains(
                        "\"code\" : \"IST0101\"",
                        "\"level\" : \"Error\"",
                        "\"origin\" : \"VirtualService default/reviews\"")
                .contains("\"path\" : \"spec.http[0].route[0].destination.host\"");
    }

    @Test
    void a_warning_is_no_failure_unless_the_threshold_says_so() throws IOException {
        String tls = file("tls.yaml", """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: outside}
            spec:
              host: outside.example.com
              trafficPolicy: {tls: {mode: SIMPLE}}
            """);

        assertThat(operator.types("analyze", tls)).isZero();
        assertThat(operator.out()).startsWith("Warning [IST0128]");
        assertThat(operator.types("analyze", tls, "--failure-threshold", "Warning"))
                .isEqualTo(79);
    }

    @Test
    void an_invalid_document_is_told_by_the_code_of_validate() throws IOException {
        int code = operator.types("analyze", file("rule.yaml", RULE.replace("http:", "htpp:")));

        assertThat(operator.out()).contains("Error [IST0106]", "did you mean \"http\"?");
        assertThat(code).isEqualTo(79);
    }
}
