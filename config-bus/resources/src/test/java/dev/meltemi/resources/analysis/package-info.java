@NullMarked
package dev.meltemi.resources.analysis;

import org.jspecify.annotations.NullMarked;
