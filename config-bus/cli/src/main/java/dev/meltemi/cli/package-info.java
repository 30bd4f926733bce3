/// The meltemi command of an operator.
@NullMarked
package dev.meltemi.cli;

import org.jspecify.annotations.NullMarked;
