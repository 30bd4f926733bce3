@NullMarked
package dev.meltemi.schemas.access;

import org.jspecify.annotations.NullMarked;
