@NullMarked
package dev.meltemi.proxy.overload;

import org.jspecify.annotations.NullMarked;
