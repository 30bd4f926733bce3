package dev.meltemi.houserules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Who may import whom. Most borders already stand in the modules' dependencies; these rules hold what a dependency
/// list can't say, and say why.
class ModuleBordersTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.meltemi");

    private static final String[] PURE = packages("schemas", "spiffe", "resources", "rules", "routing");
    private static final String[] ON_EVENT_LOOPS = packages("proxy");

    /// Each control service with the front doors that it has: they meet on topics, never in code.
    private static final List<String> SERVICES = List.of("admission", "routecompiler", "registry", "ca", "sidecar");

    private static String[] packages(String... modules) {
        return Arrays.stream(modules)
                .map(module -> "dev.meltemi." + module + "..")
                .toArray(String[]::new);
    }

    @Test
    void pure_modules_see_no_kafka_reactor_netty_file_or_logger() {
        check(noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka..", "reactor..", "io.netty..", "java.nio.file..", "org.slf4j..", "java.sql..")
                .because("a pure module is a function of its arguments: the same input gives the same output"));
    }

    @Test
    void pure_modules_and_the_proxy_are_given_time_and_randomness() {
        String[] modules = Stream.concat(Arrays.stream(PURE), Arrays.stream(ON_EVENT_LOOPS))
                .toArray(String[]::new);
        check(noClasses().that().resideInAnyPackage(modules).should().callMethod(java.time.Instant.class, "now"));
        check(noClasses().that().resideInAnyPackage(modules).should().callMethod(System.class, "currentTimeMillis"));
        check(noClasses().that().resideInAnyPackage(modules).should().callMethod(Math.class, "random"));
        check(noClasses().that().resideInAnyPackage(modules).should().callMethod(java.util.UUID.class, "randomUUID"));
    }

    @Test
    void kafka_stops_at_the_buses() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(packages("kafka", "broker", "bus", "telemetry"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "kafka..")
                .because("everybody else knows topics, not clients: that is what makes the in-memory twin possible"));
    }

    @Test
    void netty_stops_at_the_data_plane_and_the_web_shells() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(packages(
                        "proxy",
                        "sidecar",
                        "ca",
                        "workload",
                        "registry",
                        "bookinfo",
                        "conformance",
                        "distribution",
                        "loadtests"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "reactor.netty..")
                .because("bytes are moved in one place"));
    }

    @Test
    void the_proxy_knows_ports_and_no_bus() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.meltemi.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages("bus", "kafka", "telemetry", "export", "rules", "resources", "sidecar")));
    }

    @Test
    void nothing_blocks_an_event_loop() {
        check(noClasses()
                .that()
                .resideInAnyPackage(ON_EVENT_LOOPS)
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.base.DescribedPredicate.describe(
                                "blocks",
                                target -> List.of("block", "blockFirst", "blockLast", "sleep", "await", "join")
                                                .contains(target.getName())
                                        && !target.getOwner().isEquivalentTo(String.class))))
                .because("one blocked loop stops every connection that it carries"));
    }

    @TestFactory
    Stream<DynamicTest> services_meet_on_topics_and_never_in_code() {
        return SERVICES.stream()
                .map(service -> DynamicTest.dynamicTest(
                        service,
                        () -> check(noClasses()
                                .that()
                                .resideInAPackage("dev.meltemi." + service + "..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(SERVICES.stream()
                                        .filter(other -> !other.equals(service))
                                        .map(other -> "dev.meltemi." + other + "..")
                                        .toArray(String[]::new)))));
    }

    private static void check(ArchRule rule) {
        rule.check(OURS);
    }
}
