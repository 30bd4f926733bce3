@NullMarked
package dev.meltemi.bus.state;

import org.jspecify.annotations.NullMarked;
