package dev.meltemi.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.Destination;
import dev.meltemi.resources.HeaderOperations;
import dev.meltemi.resources.HttpRoute;
import dev.meltemi.resources.Protocol;
import dev.meltemi.resources.Service;
import dev.meltemi.resources.ServicePort;
import dev.meltemi.resources.VirtualService;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A change costs what depends on it. Counted in units of output, so that the test says the same on every machine; the
/// times of one run are printed beside it.
class CostTest {
    private static final int SERVICES = 1_000;
    private static final int INSTANCES_EACH = 10;
    private static final int RULES_EACH = 2;
    private static MeshState mesh = MeshState.EMPTY;

    @BeforeAll
    static void a_large_mesh() {
        var changes = new ArrayList<Change>();
        for (int service = 0; service < SERVICES; service++) {
            changes.add(new Change.Accepted(service(service), service, service));
            for (int rule = 0; rule < RULES_EACH; rule++) {
                changes.add(rule("rule-" + service + "-" + rule, "s" + service, service));
            }
            for (int instance = 0; instance < INSTANCES_EACH; instance++) {
                changes.add(new Change.Registered(registration(service, instance, true)));
            }
        }
        for (Change change : changes) {
            mesh = mesh.with(change);
        }
    }

    @Test
    void a_rule_touches_its_host() {
        assertThat(touched(rule("rule-7-0", "s7", 99_999))).isEqualTo(1);
        measure("rule change", run -> rule("rule-7-0", "s7", 99_999L + run));
    }

    @Test
    void an_endpoint_touches_itself() {
        assertThat(touched(new Change.Registered(registration(7, 3, false)))).isEqualTo(1);
        measure("endpoint change", run -> new Change.Registered(registration(7, 3, run % 2 == 0)));
    }

    @Test
    void a_wildcard_touches_what_it_covers() {
        assertThat(touched(rule("all-of-one", "*.s.svc.cluster.local", 99_999))).isEqualTo(SERVICES + 1);
        measure("wildcard rule change", run -> rule("all", "*.s.svc.cluster.local", 99_999L + run));
    }

    @Test
    void a_service_touches_its_routes_and_all_its_endpoints_once() {
        assertThat(touched(new Change.Accepted(service(7), 99_999, 7))).isEqualTo(2);
        measure("service change", run -> new Change.Accepted(service(7), 99_999L + run, 7));
    }

    private static int touched(Change change) {
        var touched = new Touched();
        mesh.after(change, touched);
        return touched.size();
    }

    private static void measure(String what, IntFunction<Change> changes) {
        int runs = 200;
        var state = mesh;
        long[] nanos = new long[runs];
        for (int run = 0; run < runs; run++) {
            var change = List.of(changes.apply(run));
            long start = System.nanoTime();
            state = Compiler.step(state, change).after();
            nanos[run] = System.nanoTime() - start;
        }
        java.util.Arrays.sort(nanos);
        System.out.printf(
                "%s in a mesh of %d services: median %d µs, worst %d µs of %d%n",
                what, SERVICES, nanos[runs / 2] / 1_000, nanos[runs - 1] / 1_000, runs);
    }

    private static Service service(int number) {
        return new Service(
                key("Service", "s" + number),
                List.of(new ServicePort(80, "http", Protocol.HTTP, 8080)),
                Map.of("app", "s" + number),
                List.of(),
                false,
                "",
                List.of());
    }

    private static Change rule(String name, String host, long offset) {
        var destination = new HttpRoute.WeightedDestination(
                new Destination("s1", Optional.of("v1"), OptionalInt.empty()), 100, HeaderOperations.NONE);
        var route = new HttpRoute(
                name,
                List.of(),
                List.of(destination),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                List.of(),
                HeaderOperations.NONE);
        var rule = new VirtualService(
                key("VirtualService", name),
                List.of(host),
                List.of("mesh"),
                List.of(),
                List.of(route),
                List.of(),
                List.of());
        return new Change.Accepted(rule, offset, 1);
    }

    private static Registration registration(int service, int instance, boolean healthy) {
        return Registration.newBuilder()
                .setInstance("s" + service + "-" + instance + "~1")
                .setWorkload("s" + service)
                .setNamespace("s")
                .setLabels(Map.of("app", "s" + service, "version", "v" + instance % 2))
                .setAddress("127.0.0.1")
                .setHealthy(healthy)
                .setType(ProxyType.SIDECAR)
                .build();
    }

    private static ResourceKey key(String kind, String name) {
        return new ResourceKey("group", kind, "s", name);
    }
}
