/// Whole-mesh scenarios, the fault matrix and the house rules.
@NullMarked
package dev.meltemi.loadtests;

import org.jspecify.annotations.NullMarked;
