@NullMarked
package dev.meltemi.distribution;

import org.jspecify.annotations.NullMarked;
