package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.BusState;
import dev.meltemi.bus.BusState.TopicState;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.cli.Check.Result;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.Disposables;

class CheckCommandTest {
    private static final Instant NOW = Operator.NOW;
    private final Operator operator = new Operator();

    @TempDir
    Path folder;

    private Disposable leading() {
        return Disposables.composite(
                operator.bus.leadership("admission").subscribe(),
                operator.bus.leadership("route-compiler").subscribe());
    }

    private void beat(Consumer<Heartbeat.Builder> change) {
        var beat = Heartbeat.newBuilder()
                .setInstance("reviews-v1~1")
                .setWorkload("reviews-v1")
                .setNamespace("default")
                .setVersion("0.1")
                .setSentAt(NOW)
                .setTopicId("id")
                .setConfigOffset(1)
                .setSequence(5);
        change.accept(beat);
        operator.bus
                .publish(Write.put(Topics.SIDECARS, "reviews-v1~1", beat.build()))
                .block();
    }

    private void cut(long sequence) {
        var cut = Cut.newBuilder()
                .setTopicId("id")
                .setConfigOffset(1)
                .setSequence(sequence)
                .setTopics(List.of())
                .build();
        operator.bus.publish(Write.put(Topics.REVISIONS, "mesh", cut)).block();
    }

    private void status(State state, long accepted, List<Message> messages, List<String> notInForce) {
        var status =
                new ConfigStatus(state, 0, accepted, List.of(), messages, notInForce, new AppliedBy(0, 0, List.of()));
        operator.bus
                .publish(Write.put(Topics.STATUS, "core/Service/default/x", status))
                .block();
    }

    @Test
    void a_mesh_that_is_well_is_said_to_be_so_in_linkerds_layout() {
        var leading = leading();
        cut(5);
        beat(beat -> {});

        int code = operator.types("check");

        assertThat(code).isZero();
        assertThat(operator.out())
                .startsWith("kafka\n-----\n√ a broker answers")
                .contains("\n\ncontrol-plane\n-------------\n√ admission is led by this process\n")
                .contains("√ every sidecar runs the newest revision\n")
                .endsWith("\n\nStatus check results are √\n");
        leading.dispose();
    }

    @Test
    void nobody_leading_is_an_error_and_ends_with_1() {
        int code = operator.types("check", "-o", "short");

        assertThat(code).isEqualTo(1);
        assertThat(operator.out())
                .contains("× admission is led by a process\n    nobody has the role\n    hint: ")
                .contains("× route-compiler is led by a process")
                .contains("‼ sidecars send heartbeats")
                .endsWith("Status check results are ×\n");
    }

    @Test
    void json_has_linkerds_shape() {
        operator.types("check", "-o", "json");

        assertThat(operator.out())
                .contains("\"success\" : false")
                .contains("\"categoryName\" : \"data-plane\"")
                .contains("\"description\" : \"admission is led by a process\"")
                .contains("\"result\" : \"error\"");
    }

    @Test
    void an_absent_broker_is_an_error() {
        int code = operator.withoutBroker().types("check");

        assertThat(code).isEqualTo(1);
        assertThat(operator.out()).contains("× a broker answers\n    no broker answered");
    }

    @Test
    void a_sidecar_on_an_older_revision_is_an_error() {
        cut(6);
        beat(beat -> {});
        assertError("every sidecar runs the newest revision", "reviews-v1.default (sequence 5 of 6)");
    }

    @Test
    void a_refusal_is_an_error() {
        beat(beat -> beat.setRefusals(List.of("digest differs")));
        assertError("no sidecar refuses a revision", "digest differs");
    }

    @Test
    void an_expired_certificate_is_an_error_and_one_that_ends_soon_a_warning() {
        beat(beat -> beat.setCertificateNotAfter(NOW.minusSeconds(1)));
        assertError("certificates are valid", "reviews-v1.default");
        beat(beat -> beat.setCertificateNotAfter(NOW.plus(Duration.ofMinutes(5))));
        assertWarning("certificates are valid for a while", "reviews-v1.default (for 5m)");
    }

    @Test
    void dropped_telemetry_is_a_warning() {
        beat(beat -> beat.setTelemetryDropped(7));
        assertWarning("no sidecar dropped telemetry", "7 events");
    }

    @Test
    void a_silent_sidecar_is_an_error() {
        var picture = new MeshPicture();
        var at = new Offset("id", 0, 0, NOW.minusSeconds(60));
        picture.beats.put("reviews-v1~1", new MeshPicture.Beat(heartbeat(), at));

        var checks = new MeshChecks(picture, _ -> Optional.of("x"), NOW.plusSeconds(60)).all();

        assertThat(checks).anySatisfy(check -> {
            assertThat(check.description()).isEqualTo("every heartbeat is fresh");
            assertThat(check.result()).isEqualTo(Result.error);
        });
    }

    private static Heartbeat heartbeat() {
        return Heartbeat.newBuilder()
                .setInstance("reviews-v1~1")
                .setWorkload("reviews-v1")
                .setNamespace("default")
                .setVersion("0.1")
                .setSentAt(NOW)
                .build();
    }

    @Test
    void a_refused_document_and_one_not_in_force_are_warnings() {
        status(
                State.Rejected,
                -1,
                List.of(new Message("MESH0101", "ERROR", 1, 1, "not YAML", null)),
                List.of("spec.tls"));
        assertWarning("no document is refused", "not YAML");
        assertWarning("everything that was accepted is in force", "spec.tls");
    }

    @Test
    void a_record_that_nobody_judged_and_a_change_that_nobody_compiled_are_errors() {
        operator.bus
                .publish(Write.put(Topics.CONFIG, "core/Service/default/y", "x".getBytes(StandardCharsets.UTF_8)))
                .block();
        status(State.Accepted, 9, List.of(), List.of());
        assertError("every record of mesh.config is judged", "core/Service/default/y (offset 0)");
        assertError("the newest accepted change is compiled", "accepted offset 9, compiled -1");
    }

    private void assertError(String description, String words) {
        assertThat(operator.types("check", "-o", "short")).isEqualTo(1);
        assertThat(operator.out()).contains("× " + description + "\n").contains(words);
    }

    private void assertWarning(String description, String words) {
        operator.types("check", "-o", "short");
        assertThat(operator.out()).contains("‼ " + description + "\n").contains(words);
    }

    @Test
    void each_check_of_the_machine_can_fail() throws Exception {
        var file = Files.createFile(folder.resolve("a-file"));

        var checks = new MachineChecks(21, port -> port != 15001, file.resolve("state"), 5 << 20).all();

        assertThat(checks)
                .extracting(Check::result)
                .containsExactly(Result.error, Result.warning, Result.error, Result.warning);
        assertThat(checks.getFirst().error()).isEqualTo("this is Java 21");
        assertThat(checks.get(1).hint()).contains("sport = :15001");
        assertThat(new MachineChecks(25, _ -> true, folder, 2L << 30).all())
                .allMatch(check -> check.result() == Result.success);
    }

    @Test
    void each_check_of_the_bus_can_fail() {
        var lost = new TopicState(Topics.CONFIG, "", List.of(), List.of(), Map.of(), List.of(), Set.of());
        var wrong = new TopicState(
                Topics.ROUTES,
                "id",
                List.of(0L),
                List.of(0L),
                Map.of(),
                List.of("cleanup.policy=delete"),
                Set.of("DESCRIBE"));
        var bus = new BusState("c", 1, Optional.of(NOW.minusSeconds(90)), List.of(lost, wrong));

        var checks = BusChecks.of(bus, NOW, true);

        assertThat(checks)
                .extracting(Check::result)
                .containsExactly(Result.success, Result.error, Result.error, Result.error, Result.warning);
        assertThat(BusChecks.of(bus, NOW, false).get(2).result()).isEqualTo(Result.warning);
        assertThat(BusChecks.of(new BusState("c", 1, Optional.empty(), List.of()), NOW, true)
                        .get(1)
                        .result())
                .isEqualTo(Result.warning);
    }

    @Test
    void before_the_mesh_machine_and_broker_are_looked_at() {
        operator.types("check", "--pre", "--state-dir", folder.toString());

        assertThat(operator.out())
                .startsWith("machine\n-------\n")
                .contains("√ state can be kept in")
                .contains("\nkafka\n");
    }
}
