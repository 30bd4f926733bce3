package dev.meltemi.distribution;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topics;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Control services, an operator and people on a broker that lets each do what its role says and no more.
@Timeout(90)
class SecuredMeshTest {
    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews, namespace: default}
        spec: {ports: [{name: http, port: 9080}]}
        """;

    @TempDir
    static Path folder;

    private static @Nullable EmbeddedBroker broker;
    private static @Nullable Foreground running;

    @BeforeAll
    static void start() throws IOException {
        var authority = Authority.create("cluster.local", Instant.now(), new SecureRandom());
        for (var member :
                List.of("broker", "admission", "route-compiler", "registry", "operator", "people", "analyst")) {
            write(authority, member);
        }
        broker = EmbeddedBroker.start(
                BrokerSettings.anyPort(folder.resolve("data")).withCredentials(folder.resolve("broker")));
        try (var bus = bus("broker")) {
            bus.ensureTopics(Topics.all());
            bus.accessLists().apply();
        }
        running = new Foreground();
        running.add(ControlPlane.start(
                ControlBuses.open(servers(), "mesh.", Optional.of(folder), true, running),
                "mesh.",
                "127.0.0.1",
                0,
                Optional.empty()));
    }

    @AfterAll
    static void stop() {
        if (running != null) {
            running.close();
        }
        requireNonNull(broker).close();
    }

    @Test
    void a_rule_of_an_operator_is_compiled_by_services_that_each_have_a_connection_of_their_own() throws IOException {
        var file = Files.writeString(folder.resolve("service.yaml"), SERVICE);

        var applied = meltemi("operator", "apply", "-f", file.toString());

        assertThat(applied.exitCode()).as(applied.err()).isZero();
        try (var bus = bus("operator")) {
            var routes = bus.follow(List.of(Topics.ROUTES))
                    .filter(event -> event.toString().contains("reviews.default.svc.cluster.local"))
                    .blockFirst(Duration.ofSeconds(30));
            assertThat(routes).isNotNull();
        }
    }

    @Test
    void somebody_who_may_not_write_rules_is_told_who_he_is_and_what_would_let_him() throws IOException {
        var file = Files.writeString(folder.resolve("denied.yaml"), SERVICE);

        var denied = meltemi("analyst", "apply", "-f", file.toString());

        assertThat(denied.exitCode()).isEqualTo(77);
        assertThat(denied.err())
                .contains("User:analyst")
                .contains("mesh.config")
                .contains("meltemi topics acl --apply");
    }

    @Test
    void an_operator_brings_the_access_lists_up_to_date_and_an_analyst_may_not() {
        var allowed = meltemi("operator", "topics", "acl", "--apply");
        var denied = meltemi("analyst", "topics", "acl", "--apply");

        assertThat(allowed.exitCode()).as(allowed.err()).isZero();
        assertThat(allowed.out()).contains("TOPIC").contains("mesh.telemetry.access");
        assertThat(allowed.err()).contains("0 rights granted").contains("0 beyond the catalogue");
        assertThat(denied.exitCode()).isEqualTo(77);
    }

    @Test
    void a_folder_without_credentials_is_named() {
        var failed = meltemi("nobody", "get", "all");

        assertThat(failed.exitCode()).isEqualTo(65);
        assertThat(failed.err()).contains(folder.resolve("nobody").toString()).contains("cert.pem");
    }

    @Test
    void people_read_and_write_with_kcat_and_pem_files() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/kcat")), "no kcat on this machine");

        var written = kcat(
                "people",
                "core/Service/default/by-kcat|" + SERVICE.replace("\n", " "),
                "-P",
                "-K|",
                "-t",
                "mesh.config");
        var read = kcat("people", "", "-C", "-e", "-t", "mesh.config.rejected");
        var denied = kcat("people", "", "-C", "-e", "-t", "mesh.config");

        assertThat(written.exitCode()).as(written.err()).isZero();
        assertThat(read.exitCode()).as(read.err()).isZero();
        assertThat(denied.err()).contains("authorization failed");
    }

    private record Said(int exitCode, String out, String err) {}

    private static Said meltemi(String member, String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of(
                "--bootstrap-servers",
                servers(),
                "--credentials",
                folder.resolve(member).toString()));
        int exitCode = Meltemi.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        return new Said(exitCode, out.toString(), err.toString());
    }

    private static Said kcat(String member, String typed, String... words) throws Exception {
        var credentials = folder.resolve(member);
        var command = new ArrayList<>(List.of(
                "/usr/bin/kcat",
                "-b",
                servers(),
                "-X",
                "security.protocol=ssl",
                "-X",
                "ssl.ca.location=" + credentials.resolve("roots.pem"),
                "-X",
                "ssl.certificate.location=" + credentials.resolve("cert.pem"),
                "-X",
                "ssl.key.location=" + credentials.resolve("key.pem")));
        command.addAll(List.of(words));
        var out = folder.resolve("kcat.out");
        var err = folder.resolve("kcat.err");
        var process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try (var in = process.getOutputStream()) {
            in.write(typed.getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Said(process.waitFor(), Files.readString(out), Files.readString(err));
    }

    private static MeshBus bus(String member) {
        return new Buses("secured-mesh").openWith(servers(), "mesh.", Optional.of(folder.resolve(member)));
    }

    private static String servers() {
        return requireNonNull(broker).bootstrapServers();
    }

    /// What `meltemi ca init` writes.
    private static void write(Authority authority, String member) throws IOException {
        var credential = authority.issue(
                new SpiffeId("cluster.local", "istio-system", member),
                member,
                member.equals("broker") ? List.of("localhost", "127.0.0.1") : List.of(),
                Duration.ofHours(1),
                Instant.now());
        var own = Files.createDirectories(folder.resolve(member));
        Files.writeString(own.resolve("cert.pem"), Pem.of(credential.chain()));
        Files.writeString(own.resolve("key.pem"), Pem.of(credential.key()));
        Files.writeString(own.resolve("roots.pem"), Pem.of(List.of(authority.root())));
    }
}
