/// What a proxy knows of a request when it has ended, before it becomes an event or a metric.
@NullMarked
package dev.meltemi.schemas.access;

import org.jspecify.annotations.NullMarked;
