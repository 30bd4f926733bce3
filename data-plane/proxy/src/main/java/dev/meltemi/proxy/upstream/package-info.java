/// Connections to endpoints, pooled for each event loop.
@NullMarked
package dev.meltemi.proxy.upstream;

import org.jspecify.annotations.NullMarked;
