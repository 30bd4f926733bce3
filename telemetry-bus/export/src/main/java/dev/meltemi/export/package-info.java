/// Istio's standard metrics in Prometheus' exposition.
@NullMarked
package dev.meltemi.export;

import org.jspecify.annotations.NullMarked;
