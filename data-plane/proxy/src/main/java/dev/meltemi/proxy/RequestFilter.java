package dev.meltemi.proxy;

/// One step on the way of a request.
interface RequestFilter {
    /// Runs on the event loop. Passes on, answers, or suspends until something arrives; never blocks.
    ///
    /// @throws dev.meltemi.proxy.wire.MalformedMessageException which becomes the answer it names
    void onRequest(Exchange exchange, Next next);
}
