package dev.meltemi.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The command, on a folder of our own and on folders that aren't right.
class ConformanceCommandTest {
    private static final String OWN = "cases";

    @TempDir
    Path folder;

    private record Done(int exitCode, String out, String err) {}

    private static Done run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exitCode = new CommandLine(new ConformanceCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
        return new Done(exitCode, out.toString(), err.toString());
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.resolveSibling("."));
        Files.writeString(path, text);
    }

    @Test
    void our_own_cases_pass_and_what_is_not_in_force_is_skipped_with_the_kinds_own_reason() {
        Done done = run(OWN);

        assertThat(done.exitCode()).as(done.out()).isZero();
        assertThat(done.out()).contains("skipped 1: AuthorizationPolicy: ").endsWith(" passed, 0 failed, 1 skipped\n");
    }

    @Test
    void the_same_cases_pass_through_a_proxy_and_sockets() {
        Done done = run(OWN, "--live");

        assertThat(done.exitCode()).as(done.out()).isZero();
        assertThat(done.out()).contains("skipped 1: AuthorizationPolicy: ").endsWith(" passed, 0 failed, 1 skipped\n");
    }

    @Test
    void clients_that_speak_HTTP_2_get_the_same() {
        Done done = run(OWN, "--live", "--http2", "--case", "own-5");

        assertThat(done.exitCode()).as(done.out()).isZero();
        assertThat(done.out()).endsWith(" passed, 0 failed, 0 skipped\n");
    }

    @Test
    void what_differs_between_a_case_and_what_came_through_sockets_fails() throws IOException {
        write("routing/virtualservice.yaml", """
            id: not-so
            resources: |
              apiVersion: v1
              kind: Service
              metadata: {name: a, namespace: default}
              spec: {ports: [{name: http, port: 80}, {name: grpc, port: 81}, {name: tcp, port: 82}, {name: tls, port: 83}]}
              ---
              apiVersion: networking.istio.io/v1
              kind: VirtualService
              metadata: {name: a, namespace: default}
              spec:
                hosts: [a]
                http: [{timeout: 0.1s, retries: {attempts: 1, retryOn: 5xx}, route: [{destination: {host: a}}]}]
            cases:
            - {name: timeout, request: {host: a, port: 80}, expect: {timeout: 0.3s}}
            - {name: retries, request: {host: a, port: 80}, expect: {retries: {attempts: 2, retryOn: 5xx}}}
            - {name: fault, request: {host: a, port: 80}, expect: {fault: {abort: {httpStatus: 500, percentage: 100}}}}
            - {name: passthrough, request: {host: a, port: 80}, expect: {passthrough: true}}
            - name: grpc
              request: {method: POST, host: a, port: 81, headers: {content-type: application/grpc}}
              expect: {destinations: [{host: b.default.svc.cluster.local}]}
            - name: tcp
              request: {protocol: TCP, host: a.default.svc.cluster.local, port: 82}
              expect: {destinations: [{host: b.default.svc.cluster.local}]}
            - name: tls
              request: {protocol: TLS, host: a.default.svc.cluster.local, port: 83, sni: a}
              expect: {connectionClosed: true}
            """);

        Done done = run(folder.toString(), "--live");

        assertThat(done.out()).endsWith("0 passed, 7 failed, 0 skipped\n");
    }

    @Test
    void what_nobody_can_see_from_outside_is_skipped_and_says_so() throws IOException {
        write("routing/virtualservice.yaml", """
            id: unseen
            resources: ''
            cases:
            - {name: forever, request: {host: a.example, port: 80}, expect: {timeout: 90s}}
            """);

        Done done = run(folder.toString(), "--live");

        assertThat(done.out()).contains("skipped 1: can't be seen from outside: timeout");
    }

    @Test
    void json_tells_of_every_case_what_was_expected_and_what_came() {
        Done done = run(OWN, "-o", "json", "--only", "routing,authz");

        JsonNode told = new ObjectMapper().readTree(done.out());
        assertThat(told.get("failed").asInt()).isZero();
        assertThat(told.get("cases"))
                .hasSize(told.get("passed").asInt() + told.get("skipped").asInt());
        assertThat(told.get("cases"))
                .allSatisfy(each -> assertThat(each.propertyNames())
                        .contains("suite", "id", "name", "expected", "actual", "verdict"))
                .anySatisfy(each -> {
                    assertThat(each.get("id").asString()).isEqualTo("late-readers/closed");
                    assertThat(each.get("actual").get("directResponse"))
                            .isEqualTo(each.get("expected").get("directResponse"));
                });
    }

    @Test
    void only_cases_with_that_text_in_their_id_are_run() {
        assertThat(run(OWN, "--case", "late-readers/by").out()).endsWith("1 passed, 0 failed, 0 skipped\n");
    }

    @Test
    void a_failure_is_printed_with_what_was_expected_and_what_came() throws IOException {
        write("routing/virtualservice.yaml", """
            id: empty
            resources: ''
            cases:
            - {name: blocked, request: {host: nobody.example, port: 80}, expect: {blocked: true}}
            """);

        Done done = run(folder.toString());

        assertThat(done.exitCode()).isEqualTo(1);
        assertThat(done.out())
                .contains("FAILED routing empty/blocked", "expected: {blocked=true}", "actual:   {blocked=false}")
                .endsWith("0 passed, 1 failed, 0 skipped\n");
    }

    @Test
    void what_the_format_does_not_know_fails_instead_of_passing_unread() throws IOException {
        write("routing/virtualservice.yaml", """
            id: strange
            resources: ''
            cases:
            - {name: expectation, request: {host: a.example}, expect: {passthrough: true, colour: red}}
            - {name: request, request: {host: a.example, mood: calm}, expect: {passthrough: true}}
            - {name: nothing, request: {host: a.example}, expect: {passthrough: true}}
            """);
        write("validation/Gateway.jsonl", "{\"id\": \"g\", \"expect\": \"perhaps\"}\nno json\n");

        Done done = run(folder.toString());

        assertThat(done.out())
                .contains("colour", "mood", "validation/Gateway.jsonl:2")
                .endsWith("1 passed, 4 failed, 0 skipped\n");
    }

    @Test
    void a_folder_without_cases_is_told_apart_from_one_in_which_all_pass() {
        Done done = run(folder.toString());

        assertThat(done.exitCode()).isEqualTo(65);
        assertThat(done.err()).contains("no case", "routing/");
    }
}
