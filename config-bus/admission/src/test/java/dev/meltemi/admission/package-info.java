@NullMarked
package dev.meltemi.admission;

import org.jspecify.annotations.NullMarked;
