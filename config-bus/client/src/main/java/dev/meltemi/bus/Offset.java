package dev.meltemi.bus;

import java.time.Instant;

/// Where a record stands.
///
/// @param topicId the broker's id of the topic: a topic that was deleted and created again has another
/// @param number offset in the partition
/// @param brokerTime when the broker appended it (LogAppendTime); durations between records of different writers are
/// measured with this clock only
public record Offset(String topicId, int partition, long number, Instant brokerTime) {}
