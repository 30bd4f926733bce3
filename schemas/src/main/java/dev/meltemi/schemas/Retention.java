package dev.meltemi.schemas;

import java.time.Duration;

/// How long a topic keeps a record: the newest of each key for ever, everything for a while, or both.
public sealed interface Retention {
    record Compacted() implements Retention {}

    record Deleted(Duration after) implements Retention {}

    record CompactedAndDeleted(Duration after) implements Retention {}
}
