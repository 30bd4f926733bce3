/// A mesh of real processes whose parts are killed, frozen, starved and fed poison under load, with a ledger.
@NullMarked
package dev.meltemi.faults;

import org.jspecify.annotations.NullMarked;
