package dev.meltemi.routecompiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.rules.Leases;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import dev.meltemi.schemas.compiled.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettingsArePublishedTest {
    private static final String KEY = "networking.istio.io/Sidecar/default/narrow";

    private final InMemoryBus bus = InMemoryBus.create(() -> Instant.parse("2026-11-21T12:00:00Z"));
    private final String topicId = Objects.requireNonNull(
                    bus.publish(Write.put(Topics.CONFIG, KEY, new byte[0])).block())
            .topicId();
    private final Sealed sealed = new Sealed(bus);
    private final RouteCompiler compiler = RouteCompiler.start(
            bus, new RouteCompilerSettings(Leases.Terms.DEFAULT, Duration.ofMillis(20), Duration.ofMillis(20)));

    @AfterEach
    void stop() {
        compiler.close();
        sealed.close();
    }

    @Test
    void a_sidecar_is_published_for_its_workloads_and_sealed_by_the_cut() {
        accept(5, """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: narrow, namespace: default}
            spec: {egress: [{hosts: [./*]}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
            """);
        sealed.awaitOffset(5);

        Awaitility.await().until(() -> sealed.settings().containsKey("Sidecar/default/narrow") && sealed.agrees());
        assertThat(sealed.settings().values())
                .extracting(Settings::getOutboundTraffic)
                .containsExactly(OutboundTraffic.REGISTRY_ONLY);
        accept(6, null);

        sealed.awaitOffset(6);
        Awaitility.await().until(() -> sealed.settings().isEmpty() && sealed.agrees());
    }

    private void accept(long offset, @Nullable String text) {
        var headers = Headers.NONE
                .with(Headers.CONFIG_TOPIC_ID, topicId)
                .with(Headers.CONFIG_OFFSET, Long.toString(offset))
                .with(Headers.CREATED_SEQUENCE, Long.toString(offset));
        bus.publish(new Write<>(Topics.ACCEPTED, KEY, text, headers)).block();
    }
}
