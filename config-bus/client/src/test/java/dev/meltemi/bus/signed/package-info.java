@NullMarked
package dev.meltemi.bus.signed;

import org.jspecify.annotations.NullMarked;
