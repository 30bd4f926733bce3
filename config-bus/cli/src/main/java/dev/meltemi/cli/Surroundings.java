package dev.meltemi.cli;

import java.io.InputStream;
import java.time.InstantSource;

/// What commands take from the outside, so that a test can give it.
record Surroundings(BusFactory buses, InstantSource clock, InputStream in) {}
