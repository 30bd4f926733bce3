/// The proxy, tried over real sockets.
@NullMarked
package dev.meltemi.proxy;

import org.jspecify.annotations.NullMarked;
