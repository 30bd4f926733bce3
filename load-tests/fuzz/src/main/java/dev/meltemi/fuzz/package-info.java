/// Entry points for a coverage-guided fuzzer (Jazzer): from any bytes to a verdict, a compiled mesh and a decision.
@NullMarked
package dev.meltemi.fuzz;

import org.jspecify.annotations.NullMarked;
