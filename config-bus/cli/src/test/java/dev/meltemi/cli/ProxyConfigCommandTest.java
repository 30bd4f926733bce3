package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.TopicCut;
import dev.meltemi.schemas.compiled.WeightedDestination;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyConfigCommandTest {
    private static final String HOST = "reviews.default.svc.cluster.local";
    private final Operator operator = new Operator();

    @TempDir
    Path folder;

    /// The sidecar runs the first of two cuts.
    @BeforeEach
    void a_sidecar_one_cut_behind() {
        put(
                Topics.ENDPOINTS,
                HOST + "/reviews-v1~1",
                ServiceEndpoint.newBuilder()
                        .setHost(HOST)
                        .setInstance("reviews-v1~1")
                        .setAddress("127.0.0.9")
                        .setPorts(Map.of("9080", 9080))
                        .setNamespace("default")
                        .build());
        cut(1, put(Topics.ROUTES, HOST, reviews(1842)));
        cut(2, put(Topics.ROUTES, HOST, reviews(1850)));
        put(
                Topics.SIDECARS,
                "productpage-v1~1",
                Heartbeat.newBuilder()
                        .setInstance("productpage-v1~1")
                        .setWorkload("productpage-v1")
                        .setNamespace("default")
                        .setVersion("0.1")
                        .setSentAt(Operator.NOW)
                        .setTopicId("id")
                        .setConfigOffset(1842)
                        .setSequence(1)
                        .build());
    }

    private <V> Offset put(Topic<V> topic, String key, V value) {
        return Objects.requireNonNull(
                operator.bus.publish(Write.put(topic, key, value)).block());
    }

    private void cut(long sequence, Offset newest) {
        var ends = LongStream.range(0, Topics.ROUTES.partitions())
                .map(partition -> partition == newest.partition() ? newest.number() + 1 : 0)
                .boxed()
                .toList();
        put(
                Topics.REVISIONS,
                "mesh",
                Cut.newBuilder()
                        .setTopicId("id")
                        .setConfigOffset(1842)
                        .setSequence(sequence)
                        .setTopics(List.of(TopicCut.newBuilder()
                                .setTopic("routes")
                                .setEndOffsets(ends)
                                .setCount(1)
                                .setDigest("")
                                .build()))
                        .build());
    }

    private static ServiceRoutes reviews(long offset) {
        var to = Destination.newBuilder().setHost(HOST).setPort(9080).build();
        return ServiceRoutes.newBuilder()
                .setHost(HOST)
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(ServicePort.newBuilder()
                        .setNumber(9080)
                        .setName("http")
                        .setProtocol("HTTP")
                        .build()))
                .setHttp(List.of(HttpRules.newBuilder()
                        .setRule("default/reviews")
                        .setNamespace("default")
                        .setConfigOffset(offset)
                        .setRoutes(List.of(HttpRoute.newBuilder()
                                .setDestinations(List.of(WeightedDestination.newBuilder()
                                        .setDestination(to)
                                        .setWeight(100)
                                        .build()))
                                .build()))
                        .build()))
                .build();
    }

    @Test
    void routes_are_those_of_the_cut_that_the_proxy_runs_with_their_rule_and_offset() {
        int code = operator.types("pc", "routes", "productpage-v1.default");

        assertThat(code).isZero();
        assertThat(operator.out().replaceAll(" {2,}", "  ")).isEqualTo("""
            NAME  VHOST NAME  DOMAINS  MATCH  VIRTUAL SERVICE  DESTINATION  SOURCE
            80  %1$s:80  %1$s  /*  reviews.default  outbound|9080||%1$s  VirtualService/default/reviews@1842
            9080  %1$s:9080  %1$s  /*  reviews.default  outbound|9080||%1$s  VirtualService/default/reviews@1842
            """.formatted(HOST));
        assertThat(operator.err()).contains("as of sequence 1 (offset 1842), exactly what it runs");
    }

    @Test
    void a_proxys_certificate_is_found_by_its_stable_name() {
        var authority = Authority.create("cluster.local", Operator.NOW, new SecureRandom());
        var credential = authority.issue(
                new SpiffeId("cluster.local", "default", "productpage"),
                "sidecar",
                List.of(),
                Authority.LIFE,
                Operator.NOW);
        put(
                Topics.CERTIFICATES,
                credential.id() + "/productpage-v1",
                IssuedCertificate.newBuilder()
                        .setSpiffeId(credential.id().uri())
                        .setInstance("productpage-v1")
                        .setSerial(credential.serial())
                        .setChain(Pem.of(credential.chain()))
                        .setNotBefore(Operator.NOW)
                        .setNotAfter(Operator.NOW)
                        .setRotateAt(Operator.NOW)
                        .setRoot("")
                        .build());

        int code = operator.types("pc", "secret", "productpage-v1");

        assertThat(code).isZero();
        assertThat(operator.out()).contains(credential.id().uri(), "Cert Chain", "WARMING", credential.serial());
    }

    @Test
    void clusters_and_endpoints_have_istioctls_columns() {
        operator.types("proxy-config", "all", "productpage-v1");

        assertThat(operator.out().replaceAll(" {2,}", "  "))
                .contains("SERVICE FQDN  PORT  SUBSET  DIRECTION  TYPE  DESTINATION RULE  SOURCE\n" + HOST
                        + "  9080  -  outbound  EDS  -  -\n")
                .contains("ENDPOINT  STATUS  OUTLIER CHECK  CLUSTER\n127.0.0.9:9080  HEALTHY  OK  outbound|9080||"
                        + HOST);
    }

    @Test
    void a_cut_that_is_compacted_away_is_said_to_be_so() {
        operator.bus.compact(Topics.REVISIONS);

        operator.types("pc", "r", "productpage-v1", "-o", "json");

        assertThat(operator.out()).contains("VirtualService/default/reviews@1850");
        assertThat(operator.err())
                .contains("as of sequence 2")
                .contains("compacted away")
                .contains("--admin");
    }

    @Test
    void a_config_dump_shows_the_same_rows() throws Exception {
        var dump = Files.writeString(folder.resolve("config_dump.json"), """
            {"revision": {"sequence": 7}, "listeners": {"outbound": "127.0.0.1:15001"},
             "view": {"routes": [], "clusters": [], "endpoints": [{"endpoint": "10.0.0.1:80", "cluster": "c"}]}}
            """);

        operator.types("pc", "all", "-f", dump.toString());

        assertThat(operator.out().replaceAll(" {2,}", "  "))
                .contains("10.0.0.1:80  -  -  c\n")
                .contains("127.0.0.1  15001  -  outbound\n");
        assertThat(operator.err()).contains("sequence 7");
    }

    @Test
    void a_gateway_s_own_word_shows_the_credentials_of_its_servers() throws Exception {
        var dump = Files.writeString(folder.resolve("config_dump.json"), """
            {"view": {}, "secrets": [
             {"name": "Gateway/shop/edge https CN=shop.example.com", "type": "Cert Chain", "status": "ACTIVE",
              "serial": "2a", "notBefore": "2020-01-01T00:00:00Z", "notAfter": "2021-01-01T00:00:00Z"},
             {"name": "Gateway/shop/edge other", "type": "CA", "status": "WARMING", "trouble": "no tls.crt"}]}
            """);

        operator.types("pc", "secret", "-f", dump.toString());

        assertThat(operator.out().replaceAll(" {2,}", "  "))
                .contains("Gateway/shop/edge https CN=shop.example.com  Cert Chain  ACTIVE  false  2a "
                        + " 2021-01-01T00:00:00Z")
                .contains("Gateway/shop/edge other  CA  WARMING");
    }

    @Test
    void an_unknown_proxy_is_said_to_be_unknown() {
        int code = operator.types("pc", "routes", "nobody");

        assertThat(code).isEqualTo(65);
        assertThat(operator.err()).contains("no proxy of the name nobody");
    }
}
