/// What a change, a table and a route lookup cost in a large mesh: {@link dev.meltemi.scale.ScaleReport} measures the
/// first two, {@link dev.meltemi.scale.LookupBenchmark} the last.
@NullMarked
package dev.meltemi.scale;

import org.jspecify.annotations.NullMarked;
