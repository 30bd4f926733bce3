/// Connection, topic administration, consumer to Flux bridge, fenced writer.
@NullMarked
package dev.meltemi.kafka;

import org.jspecify.annotations.NullMarked;
