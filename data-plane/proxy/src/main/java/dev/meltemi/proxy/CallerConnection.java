package dev.meltemi.proxy;

/// An open connection of a caller, as the proxy's end sees it.
interface CallerConnection {
    /// The proxy will stop: callers shall make no further requests here, if the protocol can say so between two
    /// answers.
    default void windDown() {}

    /// There are too many connections: this one is closed if nothing has happened on it.
    ///
    /// @param since on the loop's clock
    default void closeIfQuiet(long since) {}

    /// The proxy stops: an idle connection is closed once it has been quiet until then; a busy one after what is
    /// under way.
    ///
    /// @param quietUntil on the loop's clock
    void drain(long quietUntil);

    /// The time is up.
    void closeNow();
}
