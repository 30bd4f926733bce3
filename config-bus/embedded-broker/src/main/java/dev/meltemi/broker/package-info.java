/// A real KRaft broker in this process, for the demo and tests.
@NullMarked
package dev.meltemi.broker;

import org.jspecify.annotations.NullMarked;
