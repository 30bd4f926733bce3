@NullMarked
package dev.meltemi.sidecar.config;

import org.jspecify.annotations.NullMarked;
