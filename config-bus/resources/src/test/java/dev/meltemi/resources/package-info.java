@NullMarked
package dev.meltemi.resources;

import org.jspecify.annotations.NullMarked;
