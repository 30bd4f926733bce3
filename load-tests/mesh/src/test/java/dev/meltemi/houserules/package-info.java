/// The rules of the house, as tests over all modules.
@NullMarked
package dev.meltemi.houserules;

import org.jspecify.annotations.NullMarked;
