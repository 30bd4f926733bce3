/// A workload's identity over its life, in virtual time.
@NullMarked
package dev.meltemi.workload;

import org.jspecify.annotations.NullMarked;
