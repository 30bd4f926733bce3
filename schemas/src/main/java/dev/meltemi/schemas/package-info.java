/// The words of the mesh: topics, records and the wire format.
@NullMarked
package dev.meltemi.schemas;

import org.jspecify.annotations.NullMarked;
