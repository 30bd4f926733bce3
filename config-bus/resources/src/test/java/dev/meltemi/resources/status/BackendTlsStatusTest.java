package dev.meltemi.resources.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.BackendTlsPolicy;
import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendTlsStatusTest {
    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {ports: [{port: 80, name: http}, {port: 443, name: tls}]}
        """;

    private static Resource resource(String text) {
        return switch (Documents.judge(text, Optional.empty())) {
            case Verdict.Accepted accepted -> accepted.resource();
            case Verdict.Rejected rejected -> throw new AssertionError(rejected);
        };
    }

    private static Resource policy(String name, String target, String validation) {
        return resource("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: BackendTLSPolicy
            metadata: {name: %s, namespace: shop}
            spec: {targetRefs: [{group: "", kind: Service, %s}], validation: {hostname: a.io, %s}}
            """.formatted(name, target, validation));
    }

    private static final String SYSTEM = "wellKnownCACertificates: System";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: web                    | wellKnownCACertificates: System                | ",
                "name: web, sectionName: tls  | wellKnownCACertificates: System                | Accepted=Conflicted",
                "name: none                   | wellKnownCACertificates: System                |"
                        + " Accepted=TargetNotFound",
                "name: web, sectionName: none | wellKnownCACertificates: System                |"
                        + " Accepted=TargetNotFound",
                "name: web                    | wellKnownCACertificates: example.com/ours      | Accepted=Invalid",
                "name: web | 'caCertificateRefs: [{group: \"\", kind: ConfigMap, name: a}]'   | ",
                "name: web | 'caCertificateRefs: [{group: \"\", kind: Pod, name: a}]'         |"
                        + " Accepted=NoValidCACertificate ResolvedRefs=InvalidKind",
                "name: web | 'caCertificateRefs: [{group: \"\", kind: Pod, name: a}, {group: \"\", kind: Secret, name:"
                        + " b}]' | ResolvedRefs=InvalidKind",
            })
    void each_target_has_its_conditions(String target, String validation, String expected) {
        Resource judged = policy("judged", target, validation);
        Resource older = policy("older", "name: web, sectionName: tls", SYSTEM);
        var mesh = new Surroundings(new ArrayList<>(List.of(resource(SERVICE), older, judged)));

        var status = BackendTlsStatus.of((BackendTlsPolicy) judged, mesh).getFirst();

        assertThat(status.conditions().stream()
                        .filter(condition -> !condition.holds())
                        .map(condition -> condition.type() + "=" + condition.reason())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected == null ? "" : expected);
    }
}
