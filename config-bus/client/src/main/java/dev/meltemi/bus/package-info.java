/// A topic as a value: follow it, publish to it; on Kafka and in memory.
@NullMarked
package dev.meltemi.bus;

import org.jspecify.annotations.NullMarked;
