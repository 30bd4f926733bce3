@NullMarked
package dev.meltemi.broker;

import org.jspecify.annotations.NullMarked;
