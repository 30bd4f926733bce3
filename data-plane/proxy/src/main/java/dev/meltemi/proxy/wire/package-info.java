/// HTTP/1.1 as bytes: strict on what comes in, rebuilt on what goes out.
@NullMarked
package dev.meltemi.proxy.wire;

import org.jspecify.annotations.NullMarked;
