@NullMarked
package dev.meltemi.routecompiler;

import org.jspecify.annotations.NullMarked;
