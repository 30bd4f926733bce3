@NullMarked
package dev.meltemi.sidecar;

import org.jspecify.annotations.NullMarked;
