/// What documents of the Gateway API come to beside the others, in its own words: conditions of a route for each of its
/// parents, of a BackendTLSPolicy for each of its targets, and of a gateway for each of its listeners.
@NullMarked
package dev.meltemi.resources.status;

import org.jspecify.annotations.NullMarked;
