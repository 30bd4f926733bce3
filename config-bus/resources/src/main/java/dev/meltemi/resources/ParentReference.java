package dev.meltemi.resources;

import java.util.Optional;
import java.util.OptionalInt;

/// What a route attaches to: a Gateway, or a Service for the callers of that service (mesh).
///
/// @param section a listener's name, or a service port's
/// @param port of the listener or service; empty: every one
public record ParentReference(ObjectReference to, Optional<String> section, OptionalInt port) {
    public boolean isService() {
        return to.kind().equals("Service") || to.kind().equals("ServiceEntry");
    }
}
