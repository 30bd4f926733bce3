package dev.meltemi.bus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Role;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every role against every topic, and every transactional id, as a real broker decides it.
@Timeout(120)
class RoleRightsTest {
    private static final Set<Role> WRITE_TRANSACTIONS =
            Set.of(Role.ADMISSION, Role.ROUTE_COMPILER, Role.REGISTRY, Role.CA);

    @TempDir
    static Path folder;

    private static @Nullable SecuredBroker secured;

    @BeforeAll
    static void start() {
        secured = SecuredBroker.start(folder);
        try (var bus = secured().superUser();
                var everybody = new RoleAttempts(secured().superUserSettings())) {
            bus.ensureTopics(Topics.all());
            bus.accessLists().apply();
            // something to read in each
            for (var topic : Topics.all()) {
                assertThat(everybody.writes(name(topic))).as(topic.name()).isTrue();
            }
        }
    }

    @AfterAll
    static void stop() {
        secured().close();
    }

    @Test
    void every_role_reads_and_writes_exactly_the_topics_that_the_catalogue_says() {
        var found = new LinkedHashMap<Topic<?>, Map<Role, String>>();
        var expected = new LinkedHashMap<Topic<?>, Map<Role, String>>();
        for (var topic : Topics.all()) {
            found.put(topic, new LinkedHashMap<>());
            expected.put(topic, new LinkedHashMap<>());
        }

        for (var role : Role.values()) {
            try (var attempts = new RoleAttempts(secured().settings(role))) {
                for (var topic : Topics.all()) {
                    requireNonNull(found.get(topic))
                            .put(role, rights(attempts.reads(name(topic)), attempts.writes(name(topic))));
                    requireNonNull(expected.get(topic))
                            .put(
                                    role,
                                    rights(
                                            topic.readers().contains(role),
                                            topic.writers().contains(role)));
                }
            }
        }

        print("read (r) and write (w), tried on the broker", found);
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void every_service_writes_transactions_under_its_own_id_and_nobody_under_anothers() {
        var found = new ArrayList<String>();
        var expected = new ArrayList<String>();

        for (var role : Role.values()) {
            try (var attempts = new RoleAttempts(secured().settings(role))) {
                for (var owner : WRITE_TRANSACTIONS) {
                    if (attempts.takesOver(prefixed(owner.label()))) {
                        found.add(role.label() + " as " + owner.label());
                    }
                }
            }
            if (WRITE_TRANSACTIONS.contains(role)) {
                expected.add(role.label() + " as " + role.label());
            }
        }

        assertThat(found).isEqualTo(expected);
    }

    @Test
    void a_transaction_reaches_only_topics_that_its_service_may_write() {
        var found = new LinkedHashMap<Topic<?>, Map<Role, String>>();
        var expected = new LinkedHashMap<Topic<?>, Map<Role, String>>();
        for (var topic : Topics.all()) {
            found.put(topic, new LinkedHashMap<>());
            expected.put(topic, new LinkedHashMap<>());
        }

        for (var role : WRITE_TRANSACTIONS) {
            try (var attempts = new RoleAttempts(secured().settings(role))) {
                for (var topic : Topics.all()) {
                    requireNonNull(found.get(topic))
                            .put(role, rights(false, attempts.commits(prefixed(role.label()), name(topic))));
                    requireNonNull(expected.get(topic))
                            .put(role, rights(false, topic.writers().contains(role)));
                }
            }
        }

        assertThat(found).isEqualTo(expected);
    }

    private static String rights(boolean reads, boolean writes) {
        return (reads ? "r" : "-") + (writes ? "w" : "-");
    }

    private static String name(Topic<?> topic) {
        return topic.on(Topic.DEFAULT_PREFIX);
    }

    private static String prefixed(String name) {
        return Topic.DEFAULT_PREFIX + name;
    }

    private static void print(String head, Map<Topic<?>, Map<Role, String>> table) {
        var text = new StringBuilder(head).append('\n').append(" ".repeat(24));
        for (var role : Role.values()) {
            text.append(role.label()).append("  ");
        }
        table.forEach((topic, rights) -> {
            text.append('\n').append(name(topic)).repeat(' ', 24 - name(topic).length());
            rights.forEach(
                    (role, right) -> text.append(right).repeat(' ', role.label().length()));
        });
        System.out.println(text);
    }

    private static SecuredBroker secured() {
        return requireNonNull(secured);
    }
}
