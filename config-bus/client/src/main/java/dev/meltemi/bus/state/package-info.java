/// What a process knew last, on its own disk: for the time when the bus is away, or has lost everything.
@NullMarked
package dev.meltemi.bus.state;

import org.jspecify.annotations.NullMarked;
