/// From compiled topics, a folder or a file to the configuration that a proxy runs.
@NullMarked
package dev.meltemi.sidecar.config;

import org.jspecify.annotations.NullMarked;
