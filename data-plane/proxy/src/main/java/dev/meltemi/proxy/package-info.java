/// Where bytes flow: accept, filters, upstream.
@NullMarked
package dev.meltemi.proxy;

import org.jspecify.annotations.NullMarked;
