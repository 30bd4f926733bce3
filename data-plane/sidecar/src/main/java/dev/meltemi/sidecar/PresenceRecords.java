package dev.meltemi.sidecar;

import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.sidecar.SidecarSettings.Service;
import dev.meltemi.sidecar.config.RunningConfig;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.telemetry.AccessLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an instance says of itself.
record PresenceRecords(SidecarSettings settings, Workload self) {
    /// @param identity null: callers get no mTLS here
    /// @param healthy what the application says of itself
    Registration registration(@Nullable Identity identity, boolean healthy) {
        var who = settings.who();
        var ports = new TreeMap<String, List<RegisteredPort>>();
        for (Service service : who.services()) {
            ports.computeIfAbsent(service.host(), _ -> new ArrayList<>())
                    .add(RegisteredPort.newBuilder()
                            .setName(service.protocol())
                            .setNumber(service.port())
                            .setProtocol(service.protocol().toUpperCase(java.util.Locale.ROOT))
                            .build());
        }
        return Registration.newBuilder()
                .setInstance(self.instance())
                .setWorkload(self.name())
                .setNamespace(self.namespace())
                .setLabels(self.labels())
                .setServiceAccount(serviceAccount(identity))
                .setAddress(settings.listen().address())
                .setLocality(who.locality())
                .setServices(ports.entrySet().stream()
                        .map(entry -> RegisteredService.newBuilder()
                                .setHost(entry.getKey())
                                .setPorts(entry.getValue())
                                .build())
                        .toList())
                .setType(type())
                .setHealthy(healthy)
                .setMtls(identity != null)
                .build();
    }

    Heartbeat heartbeat(
            Instant now,
            @Nullable Identity identity,
            RunningConfig.Summary running,
            List<String> listenerRefusals,
            AccessLog.Counters telemetry,
            boolean draining) {
        var refusals = new ArrayList<>(running.refusals());
        refusals.addAll(listenerRefusals);
        var heartbeat = Heartbeat.newBuilder()
                .setInstance(self.instance())
                .setWorkload(self.name())
                .setNamespace(self.namespace())
                .setServiceAccount(serviceAccount(identity))
                .setType(type())
                .setVersion(Version.CURRENT)
                .setSentAt(now)
                .setTopicId(running.revision().topicId())
                .setConfigOffset(running.revision().offset())
                .setSequence(running.revision().sequence())
                .setStale(running.stale())
                .setRefusals(refusals)
                .setDraining(draining)
                .setRoutes(running.routes())
                .setEndpoints(running.endpoints())
                .setTelemetrySent(telemetry.sent())
                .setTelemetryDropped(telemetry.dropped())
                .setTelemetryWaiting(telemetry.waiting());
        if (identity != null) {
            heartbeat
                    .setCertificateSerial(identity.credential().serial())
                    .setCertificateNotAfter(
                            identity.credential().leaf().getNotAfter().toInstant())
                    .setTrustSequence(identity.trust().sequence());
        }
        return heartbeat.build();
    }

    /// What is proven comes before what was said at the start.
    private String serviceAccount(@Nullable Identity identity) {
        return identity == null
                ? self.serviceAccount()
                : identity.credential().id().serviceAccount();
    }

    private ProxyType type() {
        return settings.who().gateway() ? ProxyType.GATEWAY : ProxyType.SIDECAR;
    }
}
