/// Names, chains, requests for signing.
@NullMarked
package dev.meltemi.spiffe;

import org.jspecify.annotations.NullMarked;
