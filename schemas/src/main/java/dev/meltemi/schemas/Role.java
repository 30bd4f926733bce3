package dev.meltemi.schemas;

import java.util.Locale;

/// Who reads or writes a topic; access lists ({@link Grants}) are made from it.
public enum Role {
    PEOPLE,
    ADMISSION,
    ROUTE_COMPILER,
    REGISTRY,
    CA,
    SIDECAR,
    OPERATOR,
    ANALYST;

    /// As in certificates (their `OU`), access lists and tables: `route-compiler`.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// As a broker's access lists call whoever has it: `User:route-compiler`.
    public String principal() {
        return "User:" + label();
    }
}
