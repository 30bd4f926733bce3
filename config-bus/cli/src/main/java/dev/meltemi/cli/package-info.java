/// The `meltemi` command of an operator. {@link dev.meltemi.cli.OperatorCommands} is the front door.
@NullMarked
package dev.meltemi.cli;

import org.jspecify.annotations.NullMarked;
