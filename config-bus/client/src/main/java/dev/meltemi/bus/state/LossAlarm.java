package dev.meltemi.bus.state;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.MeshEvent;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says once, in the log and on `mesh.telemetry.events`, that the mesh's rules are lost, and once that they are back.
public final class LossAlarm {
    private static final Logger LOG = LoggerFactory.getLogger(LossAlarm.class);
    private static final String NEXT = " Nothing is published, sidecars keep what they run. Bring back the broker's"
            + " data, or run `meltemi restore`, which publishes the rules again from a state folder of the control"
            + " services. If the loss is wanted, end the control services and empty that folder.";

    private final MeshBus bus;
    private final String service;
    private final InstantSource clock;
    private final AtomicReference<Optional<String>> raised = new AtomicReference<>(Optional.empty());

    public LossAlarm(MeshBus bus, String service, InstantSource clock) {
        this.bus = bus;
        this.service = service;
        this.clock = clock;
    }

    /// @param topic with the prefix, or without when nobody knows it
    public void raise(String topic, String before, String now) {
        var alarm = Optional.of(topic + " was deleted and created again, or its broker lost its data (topic id "
                + before + ", now " + now + ")." + NEXT);
        if (!raised.getAndSet(alarm).equals(alarm)) {
            LOG.error("event=topic-replaced service={} cause=\"{}\"", service, alarm.get());
            tell("config_replaced", alarm.get());
        }
    }

    /// What holds again; nothing when nothing was raised.
    public void end(String topicId) {
        if (raised.getAndSet(Optional.empty()).isPresent()) {
            LOG.info("event=topic-adopted service={} topicId={}", service, topicId);
            tell("config_restored", "topic id " + topicId);
        }
    }

    /// What is wrong and what to do, while it is.
    public Optional<String> raised() {
        return raised.get();
    }

    private void tell(String type, String detail) {
        var event = MeshEvent.newBuilder()
                .setInstance(service)
                .setTime(clock.instant())
                .setType(type)
                .setDetail(detail)
                .build();
        bus.publish(Write.put(Topics.EVENTS, service, event))
                .subscribe(
                        _ -> {},
                        failed -> LOG.warn(
                                "event=event-not-told service={} type={} why=\"{}\"",
                                service,
                                type,
                                failed.getMessage()));
    }
}
