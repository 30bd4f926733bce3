/// A workload's side of its identity: it makes the key, asks the CA, and renews in time.
@NullMarked
package dev.meltemi.workload;

import org.jspecify.annotations.NullMarked;
