package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorCommandsTest {
    private static final String REVIEWS = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: reviews
          namespace: default
        spec:
          hosts: [reviews]
          http:
          - route:
            - destination: {host: reviews, subset: v2}
        """;

    private final Operator operator = new Operator();

    @TempDir
    Path folder;

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void validate_names_file_line_and_column_and_ends_with_79() throws IOException {
        String file = file("reviews.yaml", "# a comment\n---\n" + REVIEWS.replace("http:", "htpp:"));

        int code = operator.types("validate", "-f", file);

        assertThat(code).isEqualTo(79);
        assertThat(operator.out()).startsWith("Error [").contains("(VirtualService default/reviews " + file + ":10:3)");
    }

    @Test
    void validate_of_a_sound_file_says_so_on_stderr_only() throws IOException {
        int code = operator.types("validate", "-f", file("reviews.yaml", REVIEWS));

        assertThat(code).isZero();
        assertThat(operator.out()).doesNotContain("Error");
        assertThat(operator.err()).contains("no validation issues");
    }

    @Test
    void apply_tells_the_offset() {
        var admission = operator.admissionAccepts();

        int code = operator.piping(REVIEWS).types("apply", "-f", "-");

        assertThat(operator.out()).isEqualTo("virtualservice/reviews configured (offset 0)\n");
        assertThat(code).isZero();
        admission.dispose();
    }

    @Test
    void apply_and_wait_counts_the_sidecars_that_run_it() {
        operator.runs("reviews-v1", 99);
        operator.runs("ratings-v1", 99);
        var admission = operator.admissionAccepts();

        int code = operator.piping(REVIEWS).types("apply", "-f", "-", "--wait=10s");

        assertThat(operator.out())
                .matches("virtualservice/reviews applied on 2/2 sidecars in \\d+ ms \\(offset 4\\)\n");
        assertThat(code).isZero();
        admission.dispose();
    }

    @Test
    void apply_of_a_broken_document_publishes_nothing_and_ends_with_65() {
        int code = operator.piping(REVIEWS.replace("route:", "rute:")).types("apply", "-f", "-");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("rute").contains("-:9:").contains("nothing was published");
        assertThat(operator.types("get", "vs", "reviews")).isEqualTo(1);
    }

    @Test
    void apply_prints_admissions_findings_with_their_place_and_ends_with_65() {
        var admission = operator.admissionRejects(
                new Message("MESH0110", "ERROR", 4, 3, "somebody was faster", "get it again"));

        int code = operator.piping(REVIEWS).types("apply", "-f", "-");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err())
                .contains("Error [MESH0110] (VirtualService default/reviews -:4:3) somebody was faster")
                .contains("hint: get it again");
        admission.dispose();
    }

    @Test
    void wait_names_the_laggards_and_ends_with_75() {
        operator.runs("reviews-v1", 99);
        operator.runs("ratings-v1", 1);
        var admission = operator.admissionAccepts();
        operator.piping(REVIEWS).types("apply", "-f", "-");

        int code = operator.types("wait", "vs/reviews", "--for=applied", "--timeout=200ms");

        assertThat(code).isEqualTo(75);
        assertThat(operator.err()).contains("applied on 1/2").contains("sidecar ratings-v1.default still at 1");
        admission.dispose();
    }

    @Test
    void get_shows_a_table() {
        var admission = operator.admissionAccepts();
        operator.piping(REVIEWS).types("apply", "-f", "-");
        operator.runs("reviews-v1", 99);

        int code = operator.types("get", "vs", "-A");

        assertThat(code).isZero();
        assertThat(operator.out()).isEqualTo("""
            NAMESPACE   NAME      STATE      OFFSET   APPLIED   AGE
            default     reviews   Accepted   0        1/1       0s
            """);
        admission.dispose();
    }

    @Test
    void get_as_yaml_carries_the_offset_as_resource_version() {
        var admission = operator.admissionAccepts();
        operator.piping(REVIEWS).types("apply", "-f", "-");

        operator.types("get", "virtualservice/reviews", "-o", "yaml");

        assertThat(operator.out()).contains("kind: VirtualService").contains("resourceVersion: '0'");
        admission.dispose();
    }

    @Test
    void diff_ends_with_1_only_when_there_is_a_difference() {
        var admission = operator.admissionAccepts();
        operator.piping(REVIEWS).types("apply", "-f", "-");

        int same = operator.piping("# another comment\n" + REVIEWS).types("diff", "-f", "-");
        int other = operator.piping(REVIEWS.replace("v2", "v3")).types("diff", "-f", "-");

        assertThat(same).isZero();
        assertThat(other).isEqualTo(1);
        assertThat(operator.out()).contains("subset: v2").contains("subset: v3");
        admission.dispose();
    }

    @Test
    void delete_publishes_a_tombstone() {
        var admission = operator.admissionAccepts();
        operator.piping(REVIEWS).types("apply", "-f", "-");

        int code = operator.types("delete", "vs", "reviews");

        assertThat(code).isZero();
        assertThat(operator.out()).isEqualTo("virtualservice/reviews deleted (offset 1)\n");
        assertThat(operator.types("delete", "vs", "reviews")).isEqualTo(1);
        admission.dispose();
    }

    @Test
    void proxy_status_has_istioctls_words() {
        operator.runs("reviews-v1", 99);

        int code = operator.types("ps");

        assertThat(code).isZero();
        assertThat(operator.out()).isEqualTo("""
            NAME                 VERSION   CONFIG   STATE    TELEMETRY   LAST SEEN
            reviews-v1.default   0.1       99       SYNCED   0/0         0s ago
            """);
    }

    @Test
    void an_unknown_option_ends_with_64_and_an_unknown_kind_too() {
        assertThat(operator.types("apply", "--nope")).isEqualTo(64);
        assertThat(operator.types("get", "teapot")).isEqualTo(64);
        assertThat(operator.err()).contains("there is no kind 'teapot'");
    }

    @Test
    void documents_with_a_version_carry_it_as_a_header() {
        var admission = operator.admissionAccepts();
        operator.piping(REVIEWS.replace("  name: reviews\n", "  name: reviews\n  resourceVersion: \"7\"\n"))
                .types("apply", "-f", "-");

        var headers = operator.bus
                .follow(List.of(Topics.CONFIG))
                .<String>handle((event, sink) -> {
                    if (event instanceof TopicEvent.Put<?> put) {
                        sink.next(put.headers().last("mesh-if-version").orElse("none"));
                    }
                })
                .blockFirst();

        assertThat(headers).isEqualTo("7");
        admission.dispose();
    }

    @Test
    void topics_are_listed_from_the_catalogue() {
        assertThat(operator.types("topics", "list")).isZero();
        assertThat(operator.out()).contains("mesh.config ").contains("newest of each key");
        assertThat(operator.types("topics", "describe", "mesh.routes")).isZero();
        assertThat(operator.out()).contains("Partitions:  8");
    }

    @Test
    void a_tombstone_written_by_another_tool_is_not_found_any_more() {
        var admission = operator.admissionAccepts();
        operator.piping(REVIEWS).types("apply", "-f", "-");
        operator.bus
                .publish(Write.delete(Topics.CONFIG, "networking.istio.io/VirtualService/default/reviews"))
                .block();
        operator.bus
                .publish(Write.delete(Topics.ACCEPTED, "networking.istio.io/VirtualService/default/reviews"))
                .block();

        assertThat(operator.types("get", "vs", "reviews")).isEqualTo(1);
        admission.dispose();
    }

    @Test
    void a_topic_that_does_not_exist_is_a_usage_error_that_says_where_they_are_listed() {
        assertThat(operator.types("topics", "describe", "mesh.teapots")).isEqualTo(64);
        assertThat(operator.err()).contains("'mesh.teapots'").contains("meltemi topics list");
    }

    @Test
    void topics_create_says_how_many_are_as_they_should_be() {
        assertThat(operator.types("topics", "create")).isZero();
        assertThat(operator.out()).isEqualTo(Topics.all().size() + " topics are as the catalogue wants them\n");
    }

    @Test
    void version_counts_the_versions_of_the_sidecars_when_asked() {
        operator.runs("reviews-v1", 99);
        operator.runs("ratings-v1", 99);

        int code = operator.types("version", "--remote");

        assertThat(code).isZero();
        assertThat(operator.out()).contains("client version: ").contains("data plane version: 0.1 (2 proxies)");
    }

    @Test
    void diff_names_the_file_and_line_of_what_is_no_rule_and_ends_with_65() throws IOException {
        String file = file("reviews.yaml", REVIEWS.replace("http:", "htpp:"));

        int code = operator.types("diff", "-f", file);

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("(VirtualService default/reviews " + file + ":8:3)");
    }

    @Test
    void diff_with_nothing_on_the_bus_shows_the_whole_document() {
        int code = operator.piping(REVIEWS).types("diff", "-f", "-");

        assertThat(code).isEqualTo(1);
        assertThat(operator.out())
                .contains("--- networking.istio.io/VirtualService/default/reviews (nothing)")
                .contains("+++ -:1:1")
                .contains("+ kind: VirtualService");
    }

    @Test
    void topics_acl_prints_who_may_do_what_without_asking_a_broker() {
        var operator = new Operator().withoutBroker();

        assertThat(operator.types("topics", "acl")).isZero();
        assertThat(operator.out()).containsPattern("mesh.trust +- +read +read +read +read,write +read +read +-");

        assertThat(operator.types("topics", "acl", "-o", "kafka-acls", "--prefix", "one."))
                .isZero();
        assertThat(operator.out())
                .contains("--add --allow-principal User:people --topic one.config --operation Write")
                .contains("--transactional-id one.admission --resource-pattern-type prefixed --operation Write");
    }
}
