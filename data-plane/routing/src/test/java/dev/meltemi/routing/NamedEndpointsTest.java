package dev.meltemi.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.Resolution;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.Settings;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Services whose endpoints are names.
class NamedEndpointsTest {
    private static final String HOST = "api.example.com";

    private final Clusters clusters = new Clusters();
    private final List<Names> asked = new ArrayList<>();

    @BeforeEach
    void find() {
        clusters.findNamesWith(asked::add);
    }

    private static Compiled mesh(boolean oneAddress, String... names) {
        var mesh = Given.mesh(Given.host(HOST, 80).setResolution(Resolution.DNS).setOneAddress(oneAddress));
        return Given.with(
                mesh,
                Arrays.stream(names)
                        .map(name -> ServiceEndpoint.newBuilder()
                                .setHost(HOST)
                                .setInstance("serviceentry:default:api:" + name)
                                .setAddress(name)
                                .setPorts(Map.of("80", 8080)))
                        .toArray(ServiceEndpoint.Builder[]::new));
    }

    private Cluster cluster(Compiled mesh) {
        RouteTable.of(Given.client("default"), Revision.NONE, mesh, clusters, null);
        return Objects.requireNonNull(clusters.byName().get("outbound|80||" + HOST));
    }

    private static List<String> addresses(Cluster cluster) {
        return cluster.endpoints().stream()
                .map(endpoint -> endpoint.address().getAddress().getHostAddress() + ":"
                        + endpoint.address().getPort())
                .toList();
    }

    private void resolved(String name, String... addresses) {
        clusters.resolved(
                name, Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
    }

    @Test
    void names_are_asked_for_with_what_the_mesh_says_of_their_time() {
        var settings = Settings.newBuilder()
                .setRule("MeshConfig/istio-system/default")
                .setConfigOffset(1)
                .setDnsRefreshUs(7_000_000L)
                .build();
        Compiled mesh = mesh(false, "one.example.com", "127.0.0.9", "two.example.com");

        cluster(new Compiled(
                mesh.routes(), mesh.gateways(), mesh.endpoints(), mesh.access(), Map.of(settings.getRule(), settings)));

        assertThat(asked)
                .last()
                .isEqualTo(new Names(Set.of("one.example.com", "two.example.com"), Duration.ofSeconds(7)));
    }

    @Test
    void a_name_stands_for_itself_until_it_was_asked_for() {
        var cluster = cluster(mesh(false, "one.example.com"));

        assertThat(cluster.endpoints())
                .singleElement()
                .matches(endpoint -> endpoint.address().isUnresolved());
    }

    @Test
    void every_address_is_an_endpoint_and_those_that_stay_are_the_same() {
        var cluster = cluster(mesh(false, "one.example.com", "127.0.0.9"));
        resolved("one.example.com", "127.0.0.1", "127.0.0.2");
        assertThat(addresses(cluster)).containsExactlyInAnyOrder("127.0.0.1:8080", "127.0.0.2:8080", "127.0.0.9:8080");
        List<Endpoint> before = cluster.endpoints();

        resolved("one.example.com", "127.0.0.2", "127.0.0.3");

        assertThat(addresses(cluster)).containsExactlyInAnyOrder("127.0.0.2:8080", "127.0.0.3:8080", "127.0.0.9:8080");
        assertThat(cluster.endpoints().stream().filter(before::contains)).hasSize(2);
    }

    @Test
    void with_one_address_the_endpoint_stays_and_new_connections_go_to_the_first_address() {
        var cluster = cluster(mesh(true, "one.example.com"));
        Endpoint before = cluster.endpoints().getFirst();

        resolved("one.example.com", "127.0.0.1", "127.0.0.2");
        resolved("one.example.com", "127.0.0.2", "127.0.0.1");

        assertThat(cluster.endpoints()).containsExactly(before);
        assertThat(addresses(cluster)).containsExactly("127.0.0.2:8080");
    }

    @Test
    void a_name_without_address_is_no_endpoint() {
        var cluster = cluster(mesh(false, "one.example.com"));

        resolved("one.example.com");

        assertThat(cluster.endpoints()).isEmpty();
    }

    @Test
    void a_service_that_lists_no_endpoint_is_its_own_name() {
        var cluster = cluster(mesh(false));
        assertThat(asked).last().extracting(Names::hosts).isEqualTo(Set.of(HOST));

        resolved(HOST, "127.0.0.1", "127.0.0.2");

        assertThat(addresses(cluster)).containsExactly("127.0.0.1:80", "127.0.0.2:80");
    }

    @Test
    void names_that_no_table_leads_to_any_more_arent_asked_for() {
        cluster(mesh(false, "one.example.com"));

        RouteTable.of(Given.client("default"), Revision.NONE, Compiled.EMPTY, clusters, null);

        assertThat(asked).last().extracting(Names::hosts).isEqualTo(Set.of());
    }
}
