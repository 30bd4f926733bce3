@NullMarked
package dev.meltemi.fuzz;

import org.jspecify.annotations.NullMarked;
