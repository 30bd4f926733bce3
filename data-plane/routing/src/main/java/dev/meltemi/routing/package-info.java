/// The route table: decides, balances, and says why.
@NullMarked
package dev.meltemi.routing;

import org.jspecify.annotations.NullMarked;
