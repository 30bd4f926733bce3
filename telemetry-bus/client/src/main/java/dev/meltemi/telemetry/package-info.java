/// A bounded ring before the producer, with every loss counted.
@NullMarked
package dev.meltemi.telemetry;

import org.jspecify.annotations.NullMarked;
