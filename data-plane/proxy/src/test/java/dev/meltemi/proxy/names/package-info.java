@NullMarked
package dev.meltemi.proxy.names;

import org.jspecify.annotations.NullMarked;
