/// The Confluent-compatible subset of a schema registry, from mesh.schemas.
@NullMarked
package dev.meltemi.registry;

import org.jspecify.annotations.NullMarked;
