package dev.meltemi.schemas;

/// Who reads or writes a topic; access control lists are made from it.
public enum Role {
    PEOPLE,
    ADMISSION,
    ROUTE_COMPILER,
    REGISTRY,
    CA,
    SIDECAR,
    OPERATOR,
    ANALYST
}
