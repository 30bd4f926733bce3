package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.HeaderOperations;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BugReportCommandTest {
    private static final String JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzcGlmZmU6Ly94In0.c2lnbmF0dXJlLW9mLXRva2Vu";
    private static final String PEM =
            "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49hidden\n-----END PRIVATE KEY-----\n";
    /// What must not be found, in any encoding.
    private static final List<String> SECRETS =
            List.of("s3cr3t", "MIGHAgEAMBMGByqGSM49hidden", JWT, "dXNlcjpwYXNz", "sid=abc", "hunter2");
    private static final String RULE = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: default, annotations: {note: "Bearer %s"}}
        spec:
          hosts: [reviews]
          http:
          - match: [{headers: {authorization: {exact: s3cr3t-value}}}]
            headers: {request: {set: {authorization: Basic dXNlcjpwYXNz, cookie: sid=abc, x-api-key: s3cr3t}}}
            route: [{destination: {host: reviews}}]
        """.formatted(JWT);

    private final Operator operator = new Operator();

    @TempDir
    Path folder;

    private <V> void put(Write<V> write) {
        operator.bus.publish(write).block();
    }

    @BeforeEach
    void a_mesh_full_of_secrets() {
        var admission = operator.admissionAccepts();
        operator.piping(RULE).types("apply", "-f", "-");
        admission.dispose();
        put(Write.put(Topics.HISTORY, "k", "{\"after\":\"x\\npassword: hunter2\\ny: 1\",\"why\":\"token=s3cr3t\"}"));
        put(new Write<>(
                Topics.REJECTED,
                "k",
                PEM.getBytes(StandardCharsets.UTF_8),
                Headers.NONE.with("authorization", "s3cr3t").with(Headers.REASON, "Bearer " + JWT)));
        put(Write.put(
                Topics.SIDECARS,
                "reviews-v1~1",
                Heartbeat.newBuilder()
                        .setInstance("reviews-v1~1")
                        .setWorkload("reviews-v1")
                        .setNamespace("default")
                        .setVersion("0.1")
                        .setSentAt(Operator.NOW)
                        .setTopicId("id")
                        .setSequence(1)
                        .setRefusals(List.of("header authorization: s3cr3t is wrong"))
                        .build()));
        put(Write.put(
                Topics.ACCESS,
                "reviews-v1~1",
                AccessEvents.toReviews("/login?user=a&password=hunter2&token=" + JWT, 200)
                        .with("user_agent", "curl Authorization: Basic dXNlcjpwYXNz")
                        .at(Operator.NOW)
                        .event()));
        var edits = HeaderOperations.newBuilder()
                .setRequestSet(Map.of("authorization", "s3cr3t", "x-color", "blue"))
                .build();
        put(Write.put(
                Topics.ROUTES,
                "reviews",
                ServiceRoutes.newBuilder()
                        .setHost("reviews")
                        .setNamespace("default")
                        .setDeclaredBy(Declaration.SERVICE)
                        .setPorts(List.of(ServicePort.newBuilder()
                                .setNumber(80)
                                .setName("http")
                                .setProtocol("HTTP")
                                .build()))
                        .setHttp(List.of(HttpRules.newBuilder()
                                .setRule("default/reviews")
                                .setNamespace("default")
                                .setConfigOffset(0)
                                .setRoutes(List.of(HttpRoute.newBuilder()
                                        .setDestinations(List.of())
                                        .setHeaders(edits)
                                        .build()))
                                .build()))
                        .build()));
        put(Write.put(
                Topics.REVISIONS,
                "mesh",
                Cut.newBuilder()
                        .setTopicId("id")
                        .setConfigOffset(0)
                        .setSequence(1)
                        .setTopics(List.of())
                        .build()));
    }

    private String report() {
        Path file = folder.resolve("report.zip");
        assertThat(operator.types("bug-report", "--out", file.toString())).isZero();
        assertThat(operator.out()).contains(file + " written");
        return file.toString();
    }

    @Test
    void nothing_secret_is_inside_whatever_it_is_packed_in() throws IOException {
        var entries = entries(report());

        entries.forEach((name, text) -> {
            for (String secret : SECRETS) {
                assertThat(text).as(name).doesNotContain(secret);
            }
        });
        assertThat(entries.get("topics/routes.tsv")).contains("blue").contains("[redacted]");
        assertThat(entries.get("topics/config.tsv")).contains("hosts").contains("[redacted]");
        assertThat(entries.get("topics/telemetry.access.tsv")).contains("/login?user=a&password=[redacted]");
    }

    @Test
    void it_holds_what_a_stranger_needs() throws IOException {
        var entries = entries(report());

        assertThat(entries)
                .containsKeys(
                        "made-at",
                        "versions.txt",
                        "topics.json",
                        "check.json",
                        "documents/networking.istio.io/VirtualService/default/reviews.yaml",
                        "sidecars/reviews-v1~1/heartbeat.json",
                        "sidecars/reviews-v1~1/config.json");
        assertThat(entries.get("check.json")).contains("\"success\" : false");
        assertThat(entries.get("sidecars/reviews-v1~1/config.json")).contains("VirtualService/default/reviews@0");
    }

    @Test
    void commands_that_read_take_it_in_a_brokers_place() {
        String file = report();
        operator.withoutBroker();

        assertThat(operator.types("proxy-status", "-f", file)).isZero();
        assertThat(operator.out()).contains("reviews-v1.default").contains("REJECTED");
        assertThat(operator.types("get", "vs", "-f", file)).isZero();
        assertThat(operator.out()).contains("reviews   Accepted");
        assertThat(operator.types("pc", "routes", "reviews-v1", "-f", file)).isZero();
        assertThat(operator.out()).contains("VirtualService/default/reviews@0");
        assertThat(operator.types("stat", "-f", file, "-t", "10m")).isZero();
    }

    @Test
    void another_file_is_no_report() throws IOException {
        Path file = Files.writeString(folder.resolve("x.zip"), "no zip");

        assertThat(operator.types("proxy-status", "-f", file.toString())).isEqualTo(65);
        assertThat(operator.err()).contains("as a bug report");
    }

    /// Entries as text, with what base64 hides beside it.
    private static Map<String, String> entries(String file) throws IOException {
        var entries = new TreeMap<String, String>();
        try (var zip = new ZipFile(file)) {
            for (var entry : zip.stream().toList()) {
                var text = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                var all = new StringBuilder(text);
                for (String word : text.split("[\\t\\n,:]", -1)) {
                    if (entry.getName().endsWith(".tsv")
                            && word.matches("[A-Za-z0-9+/]{8,}={0,2}")
                            && word.length() % 4 == 0) {
                        all.append('\n').append(new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8));
                    }
                }
                entries.put(entry.getName(), all.toString());
            }
        }
        return entries;
    }
}
