package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.ConformanceData.Case;
import dev.meltemi.resources.Documents.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Our verdicts beside Istio's.
class ConformanceTest {
    /// A kind, and how many of its cases we are known to judge as Istio does: a floor, so that it can only get better.
    @ParameterizedTest
    @CsvSource({
        "VirtualService, 136",
        "DestinationRule, 49",
        "Gateway, 53",
        "ServiceEntry, 52",
        "WorkloadEntry, 16",
        "WorkloadGroup, 13",
        "Sidecar, 48",
        "ProxyConfig, 7",
        "EnvoyFilter, 14",
        "AuthorizationPolicy, 46",
        "PeerAuthentication, 12",
        "RequestAuthentication, 37",
        "Telemetry, 21",
        "WasmPlugin, 27",
        "TrafficExtension, 17",
        "gateway-api, 19"
    })
    void judges_as_istio_does(String kind, int floor) {
        List<String> differences = new ArrayList<>();
        List<Case> cases = ConformanceData.validation(kind);
        for (Case one : cases) {
            Verdict verdict = Documents.judge(one.document(), Optional.empty());
            difference(one, verdict).ifPresent(why -> differences.add(one.id() + " " + one.name() + ": " + why));
        }
        assertThat(cases.size() - differences.size())
                .as("cases of %s judged as Istio does; differing:%n%s", kind, String.join("\n", differences))
                .isGreaterThanOrEqualTo(floor);
    }

    private static Optional<String> difference(Case one, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Rejected(List<Finding> errors)
            when one.valid() ->
                Optional.of("should be accepted, but: " + errors.getFirst().text());
            case Verdict.Rejected rejected -> unexplained(rejected);
            case Verdict.Accepted accepted
            when !one.valid() -> Optional.of("should be rejected, but is " + accepted.resource());
            case Verdict.Accepted accepted ->
                one.warning()
                        .filter(expected -> expected == accepted.warnings().isEmpty())
                        .map(expected -> "warnings: " + accepted.warnings());
        };
    }

    private static Optional<String> unexplained(Verdict.Rejected rejected) {
        return rejected.errors().stream()
                .filter(error -> error.code().equals("MESH0199") || error.code().equals("MESH0106"))
                .findFirst()
                .map(Finding::text);
    }

    @Test
    void accepts_every_sample() {
        List<String> refused = new ArrayList<>();
        for (String folder : List.of("samples/istio", "samples/api-reference", "samples/gateway-api")) {
            for (Path file : ConformanceData.files(folder)) {
                refuse(file + "", Documents.judge(ConformanceData.text(file), Optional.empty()), refused);
            }
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void accepts_what_the_gateway_api_s_conformance_suite_applies() {
        List<String> refused = new ArrayList<>();
        for (Path file : ConformanceData.files("gateway-api")) {
            List<Document> documents =
                    file.toString().endsWith(".yaml") ? Documents.split(ConformanceData.text(file)) : List.of();
            for (Document document : documents) {
                if (!document.text().contains("\nkind: Deployment\n")) {
                    refuse(
                            file + ":" + document.firstLine(),
                            Documents.judge(document.text(), Optional.empty()),
                            refused);
                }
            }
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void accepts_every_service_of_bookinfo() {
        List<String> refused = new ArrayList<>();
        int services = 0;
        for (Path file : ConformanceData.files("bookinfo-platform")) {
            for (Document document : Documents.split(ConformanceData.text(file))) {
                if (document.text().contains("\nkind: Service\n")) {
                    services++;
                    refuse(
                            file + ":" + document.firstLine(),
                            Documents.judge(document.text(), Optional.empty()),
                            refused);
                }
            }
        }
        assertThat(refused).isEmpty();
        assertThat(services).isEqualTo(27);
    }

    private static void refuse(String what, Verdict verdict, List<String> refused) {
        if (verdict instanceof Verdict.Rejected(List<Finding> errors)) {
            refused.add(what + ": " + errors);
        }
    }
}
