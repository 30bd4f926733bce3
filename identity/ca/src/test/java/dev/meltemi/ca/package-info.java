/// A CA, asked well and badly.
@NullMarked
package dev.meltemi.ca;

import org.jspecify.annotations.NullMarked;
