package dev.meltemi.resources;

/// A port on which a service is called.
///
/// @param targetPort where the workload listens; `number` when the document says nothing or names a port
public record ServicePort(int number, String name, Protocol protocol, int targetPort) {}
