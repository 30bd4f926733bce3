@NullMarked
package dev.meltemi.scale;

import org.jspecify.annotations.NullMarked;
