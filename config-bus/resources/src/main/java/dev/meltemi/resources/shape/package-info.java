/// A small language for what a document may look like, and a cursor to read what passed.
@NullMarked
package dev.meltemi.resources.shape;

import org.jspecify.annotations.NullMarked;
