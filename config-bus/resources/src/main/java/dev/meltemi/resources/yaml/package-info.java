/// YAML 1.2 (and JSON, its subset) as a tree with positions, bounded against hostile text.
@NullMarked
package dev.meltemi.resources.yaml;

import org.jspecify.annotations.NullMarked;
