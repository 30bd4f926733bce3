/// Istio's resources: parsed with positions, validated, valid once constructed.
@NullMarked
package dev.meltemi.resources;

import org.jspecify.annotations.NullMarked;
