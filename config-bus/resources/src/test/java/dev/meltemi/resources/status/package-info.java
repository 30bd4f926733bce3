@NullMarked
package dev.meltemi.resources.status;

import org.jspecify.annotations.NullMarked;
