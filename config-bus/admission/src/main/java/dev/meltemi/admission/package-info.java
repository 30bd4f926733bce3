/// Judges every document: config to accepted, status, history, rejected.
@NullMarked
package dev.meltemi.admission;

import org.jspecify.annotations.NullMarked;
