@NullMarked
package dev.meltemi.cli;

import org.jspecify.annotations.NullMarked;
