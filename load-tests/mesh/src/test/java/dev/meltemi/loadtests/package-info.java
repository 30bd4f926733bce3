/// Whole-mesh tests: real processes, real sockets, the promises of the README.
@NullMarked
package dev.meltemi.loadtests;

import org.jspecify.annotations.NullMarked;
