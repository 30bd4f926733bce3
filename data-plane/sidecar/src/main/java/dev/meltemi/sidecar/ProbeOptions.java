package dev.meltemi.sidecar;

import dev.meltemi.proxy.checks.ApplicationProbe;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HealthCheckKind;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How a sidecar asks its application whether it can take requests: what a WorkloadGroup calls `probe`, with the same
/// defaults.
final class ProbeOptions {
    @ArgGroup
    @Nullable
    Way way;

    /// One of them.
    static final class Way {
        @Option(
                names = "--probe-http",
                paramLabel = "PATH",
                required = true,
                description =
                        "asks the application with GET PATH; 200 to 399 is well. Until it is, and when it isn't any"
                                + " more, others are told not to send anything")
        String http = "";

        @Option(
                names = "--probe-tcp",
                required = true,
                description = "the application is well when it accepts a connection")
        boolean tcp;
    }

    @Option(
            names = "--probe-delay",
            defaultValue = "0",
            paramLabel = "MS",
            description = "before the first question (default: ${DEFAULT-VALUE})")
    long delay;

    @Option(
            names = "--probe-interval",
            defaultValue = "10000",
            paramLabel = "MS",
            description = "between questions (default: ${DEFAULT-VALUE})")
    long interval = 10_000;

    @Option(
            names = "--probe-timeout",
            defaultValue = "1000",
            paramLabel = "MS",
            description = "longest wait for an answer (default: ${DEFAULT-VALUE})")
    long timeout = 1_000;

    @Option(
            names = "--probe-healthy",
            defaultValue = "1",
            paramLabel = "N",
            description = "answers in a row that make it well (default: ${DEFAULT-VALUE})")
    int healthy = 1;

    @Option(
            names = "--probe-unhealthy",
            defaultValue = "3",
            paramLabel = "N",
            description = "failures in a row that make it unwell (default: ${DEFAULT-VALUE})")
    int unhealthy = 3;

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    /// Empty: nobody asks, and it is taken for well.
    ///
    /// @param appPort 0: there is no application
    Optional<ApplicationProbe.Settings> settings(int appPort) {
        if (way == null) {
            return Optional.empty();
        }
        if (appPort == 0) {
            throw wrong("--probe-http and --probe-tcp need --app-port: there is no application to ask");
        }
        if (!way.tcp && (!way.http.startsWith("/") || way.http.chars().anyMatch(c -> c <= ' ' || c >= 127))) {
            throw wrong("--probe-http " + way.http + ": expected a path that begins with /");
        }
        if (interval < 1 || timeout < 1 || delay < 0 || healthy < 1 || unhealthy < 1) {
            throw wrong(
                    "--probe-interval, --probe-timeout, --probe-healthy and --probe-unhealthy: expected at least 1");
        }
        return Optional.of(new ApplicationProbe.Settings(
                HealthCheck.newBuilder()
                        .setKind(way.tcp ? HealthCheckKind.TCP : HealthCheckKind.HTTP)
                        .setPath(way.tcp ? "/" : way.http)
                        .setHost("localhost")
                        .setIntervalUs(TimeUnit.MILLISECONDS.toMicros(interval))
                        .setTimeoutUs(TimeUnit.MILLISECONDS.toMicros(timeout))
                        .setHealthyThreshold(healthy)
                        .setUnhealthyThreshold(unhealthy)
                        .build(),
                Duration.ofMillis(delay)));
    }

    private ParameterException wrong(String why) {
        return new ParameterException(
                Objects.requireNonNull(command, "picocli sets it").commandLine(), why);
    }
}
