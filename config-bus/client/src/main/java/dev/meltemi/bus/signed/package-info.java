/// Records that say who sent them: signing what is written, and believing only what its sender may say.
@NullMarked
package dev.meltemi.bus.signed;

import org.jspecify.annotations.NullMarked;
