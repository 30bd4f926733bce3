package dev.meltemi.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.BusException;
import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.SchemaIds;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.registry.RegisteredSchema;
import dev.meltemi.schemas.telemetry.AccessEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Over real HTTP, as a Confluent client asks.
class RegistryTest {
    private static final String ACCESS = "mesh.telemetry.access-value";
    private static final JsonMapper JSON = new JsonMapper();

    private final InMemoryBus bus = InMemoryBus.create();
    private final HttpClient http = HttpClient.newHttpClient();
    private Registry registry = Registry.start(bus, "127.0.0.1", 0);

    @BeforeEach
    void everything_is_published() {
        long subjects = SchemaIds.all().stream()
                .map(SchemaIds.Registered::topic)
                .distinct()
                .count();
        registry.published().block(Duration.ofSeconds(10));
        await().until(() -> json(get("/subjects")).size() == subjects);
    }

    @AfterEach
    void stop() {
        registry.close();
        bus.close();
    }

    @Test
    void a_reader_finds_the_schema_that_a_record_names() throws Exception {
        HttpResponse<String> answer = get("/schemas/ids/8");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/vnd.schemaregistry.v1+json");
        assertThat(new Schema.Parser().parse(json(answer).path("schema").asString()))
                .isEqualTo(AccessEvent.getClassSchema());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /config                                               | {"compatibilityLevel":"BACKWARD_TRANSITIVE"}
        /mode                                                 | {"mode":"READONLY"}
        /schemas/types                                        | ["AVRO"]
        /schemas/ids/8/subjects                               | ["mesh.telemetry.access-value"]
        /schemas/ids/8/versions                               | [{"subject":"mesh.telemetry.access-value","version":1}]
        /subjects/mesh.telemetry.access-value/versions        | [1]
        /subjects/mesh.telemetry.access%2Dvalue/versions?x=1  | [1]
        """)
    void lists_have_confluents_shape(String path, String body) throws Exception {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer)).isEqualTo(JSON.readTree(body));
    }

    @ParameterizedTest
    @CsvSource({"1", "latest", "-1"})
    void a_version_tells_its_id_and_schema(String version) throws Exception {
        JsonNode answer = json(get("/subjects/" + ACCESS + "/versions/" + version));

        assertThat(answer.path("subject").asString()).isEqualTo(ACCESS);
        assertThat(answer.path("version").asInt()).isEqualTo(1);
        assertThat(answer.path("id").asInt()).isEqualTo(8);
        assertThat(get("/subjects/" + ACCESS + "/versions/" + version + "/schema")
                        .body())
                .isEqualTo(answer.path("schema").asString());
    }

    @ParameterizedTest
    @CsvSource({
        "/schemas/ids/4711, 404, 40403",
        "/schemas/ids/eight, 404, 40403",
        "/subjects/nobody-value/versions, 404, 40401",
        "/subjects/nobody-value/versions/1, 404, 40401",
        "/subjects/mesh.telemetry.access-value/versions/2, 404, 40402",
        "/subjects/mesh.telemetry.access-value/versions/0, 422, 42202",
        "/subjects/mesh.telemetry.access-value/versions/newest, 422, 42202",
        "/nothing/here, 404, 404"
    })
    void what_is_not_there_is_refused_with_confluents_codes(String path, int status, int code) throws Exception {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).path("error_code").asInt()).isEqualTo(code);
        assertThat(json(answer).path("message").asString()).isNotBlank();
    }

    @Test
    void a_serializer_that_looks_its_schema_up_gets_the_id() throws Exception {
        String schema = json(get("/schemas/ids/8")).path("schema").asString();
        String body = JSON.writeValueAsString(Map.of("schema", schema, "schemaType", "AVRO"));

        assertThat(json(post("/subjects/" + ACCESS, body)).path("id").asInt()).isEqualTo(8);
        assertThat(json(post("/subjects/" + ACCESS + "/versions", body))
                        .path("id")
                        .asInt())
                .isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /subjects/nobody-value                         | {"schema":"\\"string\\""} | 404 | 40401
        /subjects/mesh.telemetry.access-value          | {"schema":"\\"string\\""} | 404 | 40403
        /subjects/mesh.telemetry.access-value/versions | {"schema":"\\"string\\""} | 422 | 42205
        /subjects/mine-value/versions                  | {"schema":"\\"string\\""} | 422 | 42205
        /subjects/mine-value/versions                  | {"schema":"nonsense"}     | 422 | 42201
        /subjects/mine-value/versions                  | [                         | 422 | 42201
        /subjects/mine-value/versions                  | ''                        | 422 | 42201
        /config                                        | {"compatibility":"NONE"}  | 404 | 404
        """)
    void nothing_new_is_registered(String path, String body, int status, int code) throws Exception {
        HttpResponse<String> answer = post(path, body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).path("error_code").asInt()).isEqualTo(code);
    }

    @Test
    void a_taken_port_is_named_with_what_to_do() {
        assertThatThrownBy(() -> Registry.start(bus, "127.0.0.1", registry.port()))
                .isInstanceOf(BusException.class)
                .hasMessageContaining("127.0.0.1:" + registry.port())
                .hasMessageContaining("in use")
                .hasMessageContaining("ss -ltnp");
    }

    @Test
    void a_restart_publishes_nothing_twice() throws Exception {
        int before = records();
        registry.close();

        registry = Registry.start(bus, "127.0.0.1", 0);

        long subjects = SchemaIds.all().stream()
                .map(SchemaIds.Registered::topic)
                .distinct()
                .count();
        registry.published().block(Duration.ofSeconds(10));
        await().until(() -> json(get("/subjects")).size() == subjects);
        bus.publish(Write.put(Topics.SCHEMAS, "marker/1", schema(99, "marker", 1)))
                .block();
        await().until(() -> get("/schemas/ids/99").statusCode() == 200);
        assertThat(records()).isEqualTo(before + 1);
    }

    @Test
    void a_schema_that_another_component_published_is_served_too() throws Exception {
        bus.publish(Write.put(Topics.SCHEMAS, "mesh.new-value/1", schema(4711, "mesh.new-value", 1)))
                .block();

        await().until(() -> get("/schemas/ids/4711").statusCode() == 200);

        assertThat(json(get("/subjects")).valueStream().map(JsonNode::asString)).contains("mesh.new-value");
    }

    private static RegisteredSchema schema(int id, String subject, int version) {
        return RegisteredSchema.newBuilder()
                .setId(id)
                .setSubject(subject)
                .setVersion(version)
                .setDefinition("\"string\"")
                .build();
    }

    /// On `mesh.schemas`, from the beginning to its present end.
    private int records() {
        return Objects.requireNonNull(bus.follow(List.of(Topics.SCHEMAS))
                        .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                        .filter(event -> event instanceof TopicEvent.Put<?>)
                        .collectList()
                        .block())
                .size();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(base() + path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(base() + path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private String base() {
        return "http://127.0.0.1:" + registry.port();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }
}
