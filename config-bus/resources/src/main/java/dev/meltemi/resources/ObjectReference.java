package dev.meltemi.resources;

/// What a document of the Gateway API refers to.
///
/// @param group empty for core
/// @param namespace the referring document's own when it says none
public record ObjectReference(String group, String kind, String namespace, String name) {}
