/// Finds the addresses of names and keeps them fresh.
@NullMarked
package dev.meltemi.proxy.names;

import org.jspecify.annotations.NullMarked;
