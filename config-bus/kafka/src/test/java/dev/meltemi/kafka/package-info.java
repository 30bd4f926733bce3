@NullMarked
package dev.meltemi.kafka;

import org.jspecify.annotations.NullMarked;
