/// Judges the mesh by folders of cases: resources and what they mean. The command `meltemi conformance`.
@NullMarked
package dev.meltemi.conformance;

import org.jspecify.annotations.NullMarked;
