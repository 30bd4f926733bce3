/// What operators, probes and Prometheus ask a proxy over HTTP.
@NullMarked
package dev.meltemi.sidecar.admin;

import org.jspecify.annotations.NullMarked;
