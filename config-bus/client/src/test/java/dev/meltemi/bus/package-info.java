@NullMarked
package dev.meltemi.bus;

import org.jspecify.annotations.NullMarked;
