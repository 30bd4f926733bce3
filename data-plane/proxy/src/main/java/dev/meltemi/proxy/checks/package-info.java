/// Who is well: questions to endpoints, as rules want them, and to our own application.
@NullMarked
package dev.meltemi.proxy.checks;

import org.jspecify.annotations.NullMarked;
