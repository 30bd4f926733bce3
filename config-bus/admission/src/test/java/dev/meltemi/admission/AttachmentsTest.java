package dev.meltemi.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.Condition;
import dev.meltemi.schemas.ConfigStatus.State;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttachmentsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String API = "gateway.networking.k8s.io/";
    private static final String ROUTE = API + "HTTPRoute/shop/web";
    private static final String GATEWAY = API + "Gateway/shop/edge";
    private static final String SERVICE = "core/Service/shop/web";

    private static final String ROUTE_TEXT = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: web, namespace: shop}
        spec:
          parentRefs: [{name: edge, sectionName: http}]
          rules: [{backendRefs: [{name: web, port: 80}]}]
        """;

    private static final String GATEWAY_TEXT = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: shop}
        spec: {gatewayClassName: meltemi, listeners: [{name: http, port: 80, protocol: HTTP}]}
        """;

    private static final String SERVICE_TEXT = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {ports: [{port: 80}]}
        """;

    private final Ledger ledger = new Ledger();
    private final Attachments attachments = new Attachments(ledger);
    private long offset;

    @Test
    void a_route_waits_for_its_gateway_and_its_service() {
        accept(ROUTE, ROUTE_TEXT);
        attachments.due(START);
        assertThat(reasons(ROUTE)).containsExactly("NoMatchingParent", "BackendNotFound");

        accept(GATEWAY, GATEWAY_TEXT);
        accept(SERVICE, SERVICE_TEXT);
        var due = attachments.due(START.plusSeconds(1));

        assertThat(due).containsOnlyKeys(ROUTE, GATEWAY);
        assertThat(reasons(ROUTE)).containsExactly("Accepted", "ResolvedRefs");
        assertThat(status(GATEWAY).listeners().getFirst().attachedRoutes()).isEqualTo(1);
    }

    @Test
    void a_condition_keeps_its_time_while_its_answer_stays() {
        accept(ROUTE, ROUTE_TEXT);
        attachments.due(START);

        accept(GATEWAY, GATEWAY_TEXT);
        attachments.due(START.plusSeconds(9));

        assertThat(status(ROUTE).parents().getFirst().conditions())
                .extracting(Condition::lastTransitionTime)
                .containsExactly("2026-01-01T00:00:09Z", "2026-01-01T00:00:00Z");
    }

    @Test
    void nothing_is_said_twice() {
        accept(ROUTE, ROUTE_TEXT);
        accept(GATEWAY, GATEWAY_TEXT);
        attachments.due(START);

        accept(SERVICE, SERVICE_TEXT.replace("80", "81"));
        var same = attachments.due(START.plusSeconds(1));
        attachments.take(GATEWAY);

        assertThat(same).containsOnlyKeys(ROUTE);
        assertThat(attachments.due(START.plusSeconds(2))).isEmpty();
    }

    @Test
    void a_gateway_that_is_gone_takes_no_routes() {
        accept(ROUTE, ROUTE_TEXT);
        accept(GATEWAY, GATEWAY_TEXT);
        attachments.due(START);

        ledger.put(GATEWAY, Known.NOTHING);
        attachments.take(GATEWAY);
        attachments.due(START.plusSeconds(1));

        assertThat(reasons(ROUTE)).contains("NoMatchingParent");
    }

    @Test
    void a_change_of_much_is_told_in_slices() {
        for (int i = 0; i < 600; i++) {
            accept(
                    API + "HTTPRoute/shop/web" + i,
                    ROUTE_TEXT.replace("name: web, namespace", "name: web" + i + ", namespace"));
        }

        assertThat(attachments.due(START)).hasSize(250);
        assertThat(attachments.due(START)).hasSize(250);
        assertThat(attachments.due(START)).hasSize(100);
        assertThat(attachments.due(START)).isEmpty();
    }

    private void accept(String key, String text) {
        offset++;
        var version = new Version(text, offset, offset, "", "", START);
        var status = new ConfigStatus(
                State.Accepted, offset, offset, List.of(), List.of(), List.of(), new AppliedBy(0, 0, List.of()));
        ledger.put(key, new Known(Optional.of(version), Optional.of(status)));
        attachments.take(key);
    }

    private ConfigStatus status(String key) {
        return ledger.known(key).status().orElseThrow();
    }

    private List<String> reasons(String key) {
        return status(key).parents().getFirst().conditions().stream()
                .map(Condition::reason)
                .toList();
    }
}
