/// Wires buses and telemetry to the proxy's ports; admin, health, last known good.
@NullMarked
package dev.meltemi.sidecar;

import org.jspecify.annotations.NullMarked;
