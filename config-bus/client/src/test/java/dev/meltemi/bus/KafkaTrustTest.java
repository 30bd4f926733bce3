package dev.meltemi.bus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.schemas.Grants;
import dev.meltemi.schemas.Role;
import dev.meltemi.schemas.Topics;
import dev.meltemi.spiffe.Identity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who and what may meet over TLS, and what those are told who may not.
@Timeout(60)
class KafkaTrustTest {
    private static final Duration IMPATIENT = Duration.ofSeconds(2);

    @TempDir
    static Path folder;

    private static @Nullable SecuredBroker secured;

    @BeforeAll
    static void start() {
        secured = SecuredBroker.start(folder);
        try (var bus = secured.superUser()) {
            bus.ensureTopics(Topics.all());
            bus.accessLists().apply();
        }
    }

    @AfterAll
    static void stop() {
        secured().close();
    }

    @Test
    void a_renewed_certificate_is_used_by_the_next_connection_and_none_yet_is_waited_for() {
        var live = new AtomicReference<@Nullable Identity>();
        try (var bus = bus(live::get, IMPATIENT)) {
            assertThatThrownBy(bus::requireReachable)
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("no certificate to show");

            live.set(secured().identity(Role.PEOPLE.label()));

            assertThatCode(bus::requireReachable).doesNotThrowAnyException();
            assertThat(written(bus)).isNotNull();
        }
    }

    @Test
    void a_publisher_that_was_refused_writes_when_its_certificate_is_good() {
        var expired = SecuredBroker.identity(
                secured().root(), Role.PEOPLE.label(), Instant.now().minus(Duration.ofDays(2)));
        var live = new AtomicReference<@Nullable Identity>(expired);
        try (var bus = bus(live::get, IMPATIENT)) {
            assertThatThrownBy(() -> written(bus)).hasMessageContaining("expired at");

            live.set(secured().identity(Role.PEOPLE.label()));

            assertThat(written(bus)).isNotNull();
        }
    }

    @Test
    void an_expired_certificate_is_named_with_its_end() {
        var expired = SecuredBroker.identity(
                secured().root(), "operator", Instant.now().minus(Duration.ofDays(2)));

        refused(
                () -> expired,
                "our certificate (spiffe://cluster.local/ns/istio-system/sa/operator",
                "expired at",
                "meltemi ca issue");
    }

    @Test
    void a_certificate_of_another_root_is_refused_and_says_by_whom_it_was_issued() {
        var foreign = SecuredBroker.authority();
        var stranger = new Identity(
                SecuredBroker.identity(foreign, "broker", Instant.now()).credential(),
                secured().root().trust(1));

        refused(() -> stranger, "refuses our certificate", "roots.pem");
    }

    @Test
    void a_broker_of_another_root_is_not_believed() {
        var ours = secured().identity("operator").credential();
        var misled = new Identity(ours, SecuredBroker.authority().trust(1));

        refused(() -> misled, "we don't believe the broker", "no root that we believe vouches for it");
    }

    @Test
    void plaintext_to_a_tls_port_is_told() {
        var settings = KafkaSettings.of(secured().bootstrapServers(), "plain").withPatience(IMPATIENT);
        try (var bus = KafkaBus.open(settings)) {
            assertThatThrownBy(bus::requireReachable)
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("it speaks TLS, and we plaintext")
                    .hasMessageContaining("--credentials");
        }
    }

    @Test
    void tls_to_a_plaintext_port_is_told(@TempDir Path data) {
        var identity = secured().identity("operator");
        try (var plain = EmbeddedBroker.start(BrokerSettings.anyPort(data));
                var bus = KafkaBus.open(KafkaSettings.of(plain.bootstrapServers(), "tls")
                        .withIdentity(() -> identity)
                        .withPatience(IMPATIENT))) {
            assertThatThrownBy(bus::requireReachable)
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("it speaks Kafka in plaintext, and we TLS");
            assertThatThrownBy(() -> {
                        try (var open = KafkaBus.open(KafkaSettings.of(plain.bootstrapServers(), "plain"))) {
                            open.accessLists().compare();
                        }
                    })
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("has no access lists");
        }
    }

    @Test
    void a_topic_that_one_may_not_read_is_named_with_the_principal_and_the_next_command() {
        try (var bus = bus(Role.ANALYST)) {
            assertThatThrownBy(() -> bus.follow(List.of(Topics.CONFIG)).blockFirst(Duration.ofSeconds(20)))
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("reading mesh.config")
                    .hasMessageContaining("User:analyst")
                    .hasMessageContaining("doesn't allow")
                    .hasMessageContaining("meltemi topics acl --apply");
        }
    }

    @Test
    void a_service_compares_its_own_topics_and_creates_none_with_no_more_rights_than_it_has() {
        try (var bus = bus(Role.ADMISSION)) {
            assertThatCode(() -> bus.ensureTopics(Grants.topicsOf(Role.ADMISSION)))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> bus.ensureTopics(List.of(Topics.CERTIFICATES)))
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining("User:admission")
                    .hasMessageContaining("mesh.certificates");
        }
    }

    @Test
    void access_lists_are_applied_once_and_strays_of_our_roles_are_shown_and_pruned() throws Exception {
        try (var bus = bus(Role.OPERATOR)) {
            grantStray();

            var found = Awaitility.await()
                    .until(
                            () -> bus.accessLists().compare(),
                            seen -> !seen.surplus().isEmpty());
            var pruned = bus.accessLists().prune();

            assertThat(found.missing()).isEmpty();
            assertThat(found.surplus()).containsExactly("User:analyst allow write topic mesh.config");
            assertThat(pruned).isEqualTo(found.surplus());
        }
    }

    private static void grantStray() throws Exception {
        var identity = secured().identity("broker");
        try (var admin = Admin.create(secured().settings(() -> identity).connection())) {
            admin.createAcls(List.of(new AclBinding(
                            new ResourcePattern(ResourceType.TOPIC, "mesh.config", PatternType.LITERAL),
                            new AccessControlEntry("User:analyst", "*", AclOperation.WRITE, AclPermissionType.ALLOW))))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        }
    }

    private static Offset written(MeshBus bus) {
        return requireNonNull(bus.publish(Write.put(Topics.CONFIG, "core/Service/default/a", new byte[] {'a'}))
                .block(Duration.ofSeconds(20)));
    }

    private static void refused(Supplier<@Nullable Identity> identity, String... words) {
        try (var bus = bus(identity, Duration.ofSeconds(10))) {
            assertThatThrownBy(bus::requireReachable)
                    .isInstanceOf(BusException.class)
                    .message()
                    .contains(words)
                    .contains(secured().bootstrapServers());
        }
    }

    private static KafkaBus bus(Role role) {
        return KafkaBus.open(secured().settings(role));
    }

    private static KafkaBus bus(Supplier<@Nullable Identity> identity, Duration patience) {
        return KafkaBus.open(secured().settings(identity).withPatience(patience));
    }

    private static SecuredBroker secured() {
        return requireNonNull(secured);
    }
}
