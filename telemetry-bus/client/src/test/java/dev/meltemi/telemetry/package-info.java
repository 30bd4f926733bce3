@NullMarked
package dev.meltemi.telemetry;

import org.jspecify.annotations.NullMarked;
