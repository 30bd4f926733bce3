@NullMarked
package dev.meltemi.schemas;

import org.jspecify.annotations.NullMarked;
