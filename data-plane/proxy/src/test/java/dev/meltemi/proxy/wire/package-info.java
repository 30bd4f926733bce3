@NullMarked
package dev.meltemi.proxy.wire;

import org.jspecify.annotations.NullMarked;
