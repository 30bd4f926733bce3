/// The runnable distribution: every command in one place, and the demo.
@NullMarked
package dev.meltemi.distribution;

import org.jspecify.annotations.NullMarked;
