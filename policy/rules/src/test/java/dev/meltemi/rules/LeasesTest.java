package dev.meltemi.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A mesh in virtual time: whoever lives is heard every five seconds, and the judge judges every second.
class LeasesTest {
    private static final Instant START = Instant.parse("2026-11-21T08:00:00Z");

    private Leases leases = Leases.none(Leases.Terms.DEFAULT);
    private MeshState mesh = MeshState.EMPTY;
    private Instant now = START;
    private final Set<String> living = new TreeSet<>();
    private final List<String> orders = new ArrayList<>();

    @Test
    void an_instance_silent_for_a_lease_becomes_a_suspect_and_after_ten_is_removed() {
        register("reviews", 4);
        living.remove("reviews-1");

        pass(Duration.ofSeconds(14));
        assertThat(orders).isEmpty();
        pass(Duration.ofSeconds(2));
        assertThat(orders).containsExactly("Suspect reviews-1");
        pass(Duration.ofSeconds(130));
        assertThat(orders).containsExactly("Suspect reviews-1");
        pass(Duration.ofSeconds(10));
        assertThat(orders).containsExactly("Suspect reviews-1", "Remove reviews-1");
    }

    @Test
    void a_suspect_that_is_heard_is_trusted_at_once() {
        register("reviews", 4);
        living.remove("reviews-1");
        pass(Duration.ofSeconds(20));

        tell(new LeaseEvent.Heard("reviews-1", now));

        assertThat(orders).containsExactly("Suspect reviews-1", "Trust reviews-1");
    }

    @Test
    void never_more_than_half_of_a_host_is_suspected() {
        register("reviews", 5);
        register("ratings", 1);
        living.removeIf(instance -> instance.startsWith("reviews"));

        pass(Duration.ofMinutes(10));

        assertThat(orders).containsExactly("Suspect reviews-1", "Suspect reviews-2");
    }

    @Test
    void the_only_instance_of_a_host_is_never_suspected() {
        register("reviews", 1);
        register("ratings", 1);
        living.remove("reviews-1");

        pass(Duration.ofMinutes(10));

        assertThat(orders).isEmpty();
    }

    @Test
    void a_suspect_is_trusted_again_when_its_living_peers_withdraw() {
        register("reviews", 4);
        register("ratings", 1);
        living.removeAll(List.of("reviews-1", "reviews-2"));
        pass(Duration.ofSeconds(20));

        withdraw("reviews-3");
        pass(Duration.ofSeconds(2));

        assertThat(orders).containsExactly("Suspect reviews-1", "Suspect reviews-2", "Trust reviews-2");
    }

    @Test
    void nobody_is_silent_while_nobody_is_heard() {
        register("reviews", 4);
        living.clear();

        pass(Duration.ofHours(1));

        assertThat(orders).isEmpty();
    }

    @Test
    void nobody_is_dead_after_an_outage_of_the_broker() {
        register("reviews", 4);
        pass(Duration.ofSeconds(12));
        now = now.plus(Duration.ofMinutes(7));

        pass(Duration.ofSeconds(60));

        assertThat(orders).isEmpty();
    }

    @Test
    void an_outage_does_not_forgive_who_stays_silent_after_it() {
        register("reviews", 4);
        living.remove("reviews-1");
        pass(Duration.ofSeconds(12));
        now = now.plus(Duration.ofMinutes(7));
        pass(Duration.ofSeconds(12));
        assertThat(orders).isEmpty();

        pass(Duration.ofSeconds(8));

        assertThat(orders).containsExactly("Suspect reviews-1");
    }

    @Test
    void a_judge_that_takes_over_counts_from_then() {
        register("reviews", 4);
        register("ratings", 1);
        living.removeIf(instance -> instance.startsWith("reviews"));
        for (int second = 0; second < 60; second += 5) {
            now = now.plusSeconds(5);
            tell(new LeaseEvent.Heard("ratings-1", now));
        }
        tell(new LeaseEvent.TookOver());

        pass(Duration.ofSeconds(14));

        assertThat(orders).isEmpty();
    }

    @Test
    void a_withdrawn_instance_is_not_judged() {
        register("reviews", 4);
        withdraw("reviews-1");

        pass(Duration.ofMinutes(10));

        assertThat(orders).isEmpty();
    }

    @Test
    void an_older_record_read_late_is_no_sign_of_life_lost() {
        register("reviews", 2);
        pass(Duration.ofSeconds(30));

        tell(new LeaseEvent.Heard("reviews-1", START));
        tell(new LeaseEvent.Judged(mesh));

        assertThat(orders).isEmpty();
    }

    private void register(String name, int instances) {
        for (int i = 1; i <= instances; i++) {
            var instance = name + "-" + i;
            mesh = mesh.with(new Change.Registered(registration(name, instance)));
            living.add(instance);
            tell(new LeaseEvent.Registered(instance, now));
        }
    }

    private void withdraw(String instance) {
        living.remove(instance);
        mesh = mesh.with(new Change.Withdrawn(instance));
        tell(new LeaseEvent.Withdrawn(instance));
    }

    private void pass(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            now = now.plusSeconds(1);
            if (now.getEpochSecond() % 5 == 0) {
                living.forEach(instance -> tell(new LeaseEvent.Heard(instance, now)));
            }
            tell(new LeaseEvent.Judged(mesh));
        }
    }

    private void tell(LeaseEvent event) {
        var step = Leases.next(leases, event);
        leases = step.next();
        for (LeaseOrder order : step.orders()) {
            orders.add(order.getClass().getSimpleName() + " " + order.instance());
            if (order instanceof LeaseOrder.Remove(var instance)) {
                mesh = mesh.with(new Change.Withdrawn(instance));
            }
        }
    }

    private static Registration registration(String name, String instance) {
        return Registration.newBuilder()
                .setInstance(instance)
                .setWorkload(name)
                .setNamespace("default")
                .setLabels(java.util.Map.of("app", name))
                .setAddress("127.0.0.1")
                .setServices(List.of(new RegisteredService(
                        name + ".default.svc.cluster.local", List.of(new RegisteredPort("http", 9080, "HTTP")))))
                .setType(ProxyType.SIDECAR)
                .build();
    }
}
