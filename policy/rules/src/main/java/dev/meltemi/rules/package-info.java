/// The compiler: resources and workloads in, routes, gateways and endpoints out.
@NullMarked
package dev.meltemi.rules;

import org.jspecify.annotations.NullMarked;
