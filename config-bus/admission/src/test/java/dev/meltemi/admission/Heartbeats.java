package dev.meltemi.admission;

import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.fleet.Heartbeat;

/// What sidecars say, for tests.
final class Heartbeats {
    static {
        AvroLimits.set();
    }

    private Heartbeats() {}

    static Heartbeat of(String instance, String topicId, long offset) {
        return Heartbeat.newBuilder()
                .setInstance(instance)
                .setWorkload("w")
                .setNamespace("default")
                .setVersion("test")
                .setSentAt(Submissions.START)
                .setTopicId(topicId)
                .setConfigOffset(offset)
                .build();
    }
}
