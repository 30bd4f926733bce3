package dev.meltemi.routing;

import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.endpoint;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.host;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.port;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.LocalitySettings;
import dev.meltemi.schemas.compiled.OtherDeclaration;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import dev.meltemi.schemas.compiled.OutlierDetection;
import dev.meltemi.schemas.compiled.Resolution;
import dev.meltemi.schemas.compiled.RetryPolicy;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TcpKeepalive;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What MeshConfig says of all, and hosts that several namespaces declare.
class MeshDefaultsTest {
    private static Compiled told(Compiled mesh, RetryPolicy retries, long connectTimeoutMicros) {
        var settings = Settings.newBuilder()
                .setRule("MeshConfig/istio-system/default")
                .setConfigOffset(1)
                .setOutboundTraffic(OutboundTraffic.UNSET)
                .setDefaultRetries(retries)
                .setConnectTimeoutUs(connectTimeoutMicros)
                .build();
        return new Compiled(
                mesh.routes(), mesh.gateways(), mesh.endpoints(), mesh.access(), Map.of(settings.getRule(), settings));
    }

    @Test
    void routes_that_name_no_retries_and_services_without_a_timeout_get_the_mesh_s() {
        var own = RetryPolicy.newBuilder().setAttempts(7).build();
        var mesh = told(
                mesh(
                        service("reviews", 9080)
                                .setHttp(List.of(rules("reviews", to("reviews")).build())),
                        service("ratings", 9080)
                                .setHttp(List.of(rules(
                                                "ratings",
                                                Given.route()
                                                        .setDestinations(List.of(Given.destination("ratings", "", 1)))
                                                        .setRetries(own)
                                                        .build())
                                        .build())),
                        service("details", 9080)),
                RetryPolicy.newBuilder().setAttempts(5).build(),
                3_000_000);

        assertThat(attempts(mesh, "reviews")).isEqualTo(5);
        assertThat(attempts(mesh, "details")).isEqualTo(5);
        assertThat(attempts(mesh, "ratings")).isEqualTo(7);
        assertThat(forward(mesh, "details").cluster().connectTimeoutNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(3));
    }

    @Test
    void a_service_gets_the_mesh_s_pool_keepalive_outliers_and_localities_where_its_rule_says_nothing() {
        var own = TrafficPolicy.newBuilder()
                .setPorts(Map.of())
                .setConnectionPool(
                        ConnectionPool.newBuilder().setMaxConnections(7).build())
                .build();
        var rule = DestinationPolicy.newBuilder()
                .setRule("default/ratings")
                .setNamespace("default")
                .setHost("ratings.default.svc.cluster.local")
                .setConfigOffset(1)
                .setTraffic(own)
                .build();
        var mesh = mesh(service("details", 9080), service("ratings", 9080).setPolicies(List.of(rule)));
        var settings = Settings.newBuilder()
                .setRule("MeshConfig/istio-system/default")
                .setConfigOffset(1)
                .setConnectionPool(
                        ConnectionPool.newBuilder().setMaxConnections(3).build())
                .setTcpKeepalive(new TcpKeepalive(5, null, null))
                .setOutlierDetection(
                        OutlierDetection.newBuilder().setConsecutive5xxErrors(2).build())
                .setLocality(LocalitySettings.newBuilder().setEnabled(false).build())
                .build();
        var told = new Compiled(
                mesh.routes(), mesh.gateways(), mesh.endpoints(), mesh.access(), Map.of(settings.getRule(), settings));

        PolicyInForce details = forward(told, "details").cluster().policy();
        PolicyInForce ratings = forward(told, "ratings").cluster().policy();

        assertThat(details.pool().maxConnections()).isEqualTo(3);
        assertThat(details.pool().tcpKeepalive()).isEqualTo(new TcpKeepalive(5, null, null));
        assertThat(details.outlier()).isNotNull();
        assertThat(details.locality()).isEqualTo(settings.getLocality());
        assertThat(ratings.pool().maxConnections()).isEqualTo(7);
        assertThat(ratings.pool().tcpKeepalive()).isEqualTo(new TcpKeepalive(5, null, null));
    }

    @Test
    void a_mesh_may_turn_retries_off() {
        var mesh = told(
                mesh(service("details", 9080)),
                RetryPolicy.newBuilder().setAttempts(0).build(),
                1);

        assertThat(attempts(mesh, "details")).isZero();
    }

    private static int attempts(Compiled mesh, String host) {
        return forward(mesh, host).route().retries().attempts();
    }

    private static Decision.Forward forward(Compiled mesh, String host) {
        return (Decision.Forward) table(mesh).decide(get(host, "/").at(9080), random(1));
    }

    private static final Map<String, String> ADDRESSES =
            Map.of("one", "10.1.1.1", "two", "10.1.1.2", "three", "10.1.1.3");

    /// Declared first in `one` for itself, then in `two` and `three` for all.
    private static final Compiled SHARED = endpoints(
            mesh(host("api.example.com", 80)
                    .setNamespace("one")
                    .setExportTo(List.of("one"))
                    .setAddresses(List.of("10.0.0.1"))
                    .setOthers(List.of(other("two", 80, 8080), other("three", 80, 9090)))),
            "one",
            "two",
            "three");

    private static OtherDeclaration other(String namespace, int... ports) {
        return OtherDeclaration.newBuilder()
                .setNamespace(namespace)
                .setDeclaredBy(Declaration.SERVICE_ENTRY)
                .setResolution(Resolution.ENDPOINTS)
                .setPorts(Arrays.stream(ports)
                        .mapToObj(number -> port(number, "HTTP"))
                        .toList())
                .build();
    }

    private static Compiled endpoints(Compiled mesh, String... namespaces) {
        var all = new HashMap<String, ServiceEndpoint>();
        for (String namespace : namespaces) {
            all.put(
                    "api.example.com/" + namespace,
                    endpoint("api", namespace, Objects.requireNonNull(ADDRESSES.get(namespace)))
                            .setHost("api.example.com")
                            .setNamespace(namespace)
                            .setPorts(Map.of("80", 80, "8080", 8080, "9090", 9090))
                            .build());
        }
        return new Compiled(mesh.routes(), mesh.gateways(), all, mesh.access(), mesh.settings());
    }

    @ParameterizedTest
    @CsvSource({
        "one,   80,   [10.1.1.1:80]",
        "one,   8080, PassthroughCluster",
        "two,   8080, [10.1.1.2:8080]",
        "three, 80,   [10.1.1.3:80]",
        "three, 9090, [10.1.1.3:9090]",
        "four,  8080, [10.1.1.2:8080]",
        "four,  9090, PassthroughCluster",
    })
    void of_declarations_in_several_namespaces_a_client_has_its_own_else_the_first_that_it_sees(
            String client, int port, String endpoint) {
        var decision =
                table(client(client), SHARED).decide(get("api.example.com", "/").at(port), random(1));

        var found = decision instanceof Decision.Forward forward
                        && !forward.cluster().name().equals("PassthroughCluster")
                ? forward.cluster().endpoints().toString()
                : outcome(decision);
        assertThat(found).isEqualTo(endpoint);
    }

    @Test
    void an_address_belongs_to_the_declaration_that_the_client_has() {
        assertThat(outcome(
                        table(client("one"), SHARED).decide(get("10.0.0.1", "/").at(80), random(1))))
                .isEqualTo("outbound|80||api.example.com");
        assertThat(outcome(
                        table(client("two"), SHARED).decide(get("10.0.0.1", "/").at(80), random(1))))
                .isEqualTo("PassthroughCluster");
    }
}
