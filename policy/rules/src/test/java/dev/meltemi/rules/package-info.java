@NullMarked
package dev.meltemi.rules;

import org.jspecify.annotations.NullMarked;
