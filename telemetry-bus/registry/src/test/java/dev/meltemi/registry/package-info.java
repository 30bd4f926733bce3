@NullMarked
package dev.meltemi.registry;

import org.jspecify.annotations.NullMarked;
