@NullMarked
package dev.meltemi.routing;

import org.jspecify.annotations.NullMarked;
