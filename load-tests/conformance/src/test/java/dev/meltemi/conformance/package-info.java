@NullMarked
package dev.meltemi.conformance;

import org.jspecify.annotations.NullMarked;
