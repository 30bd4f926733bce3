@NullMarked
package dev.meltemi.export;

import org.jspecify.annotations.NullMarked;
