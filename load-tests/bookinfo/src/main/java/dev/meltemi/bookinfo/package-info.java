/// Istio's bookinfo topology as small apps of our own.
@NullMarked
package dev.meltemi.bookinfo;

import org.jspecify.annotations.NullMarked;
