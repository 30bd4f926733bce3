package dev.meltemi.faults;

/// One row of the fault matrix: a fault under load, and what the mesh must show.
public interface Row {
    /// Its number in the matrix.
    String number();

    /// A few words.
    String fault();

    /// Leaves a shared lab as it found it: everybody runs, and the rules that it published are deleted.
    Result run(Labs labs, Form form);
}
