/// Too much: what a proxy measures of its process, and what it stops doing before something breaks.
@NullMarked
package dev.meltemi.proxy.overload;

import org.jspecify.annotations.NullMarked;
