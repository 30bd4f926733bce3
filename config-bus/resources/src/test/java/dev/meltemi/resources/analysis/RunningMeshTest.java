package dev.meltemi.resources.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What workloads that registered themselves change.
class RunningMeshTest {
    private static final View GATEWAY = View.of("""
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: front, namespace: shop}
        spec:
          selector: {app: front}
          servers: [{port: {number: 9080, name: http, protocol: HTTP}, hosts: ["*"]}]
        """, "shop");

    private static final View ANOTHERS_SERVICE = View.of("""
        apiVersion: v1
        kind: Service
        metadata: {name: cart, namespace: shop}
        spec: {selector: {app: cart}, ports: [{port: 80, name: http}]}
        """, "shop");

    private static List<String> codes(String app) {
        var workload = Workload.running("shop", "front-1", Map.of("app", app));
        var settings = AnalysisSettings.mesh(Instant.EPOCH, List.of(workload), List.of());
        return Analysis.of(List.of(GATEWAY, ANOTHERS_SERVICE), settings).stream()
                .filter(diagnosis -> diagnosis.origin().startsWith("Gateway"))
                .map(diagnosis -> diagnosis.finding().code())
                .toList();
    }

    @Test
    void a_gateway_that_listens_itself_needs_no_service() {
        assertThat(codes("front")).isEmpty();
    }

    @Test
    void a_gateway_that_nobody_serves_is_told() {
        assertThat(codes("back")).containsExactly("IST0101");
    }
}
