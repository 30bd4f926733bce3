package dev.meltemi.sidecar.config;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an event on the compiled topics means for the proxy.
public sealed interface Outcome {
    /// More must arrive first.
    record Wait() implements Outcome {}

    /// A consistent revision is here, newer than the one before.
    ///
    /// @param unreadable `topic:partition:offset key: why` of each record that can't be read: what its key held
    /// before goes on; a scope of access of which nothing was known lets nobody in
    /// @param restores topic ids of which it is the continuation
    record Apply(Revision revision, Compiled compiled, List<String> unreadable, List<String> restores)
            implements Outcome {}

    /// Endpoints changed; the revision stays.
    ///
    /// @param revision whose endpoints they are
    /// @param changes by key of `mesh.endpoints`, an empty value removes
    /// @param unreadable `topic:partition:offset key: why` of each that can't be read and waits for a better one;
    /// what its key held before goes on
    record Endpoints(Revision revision, Map<String, Optional<ServiceEndpoint>> changes, List<String> unreadable)
            implements Outcome {}

    /// A newer revision leads to hosts whose endpoints weren't kept: the topics are to be read again with this filter.
    record Reread(EndpointFilter filter) implements Outcome {}

    /// A newer revision is here and can't be run; what runs goes on.
    record Refuse(Revision revision, String why) implements Outcome {}

    Outcome WAIT = new Wait();
}
