package dev.meltemi.routing;

/// What has to be known of a connection before it can be decided, so that no more of it is waited for: a server that
/// speaks first is connected at once where its port says what it is.
public enum Expected {
    /// HTTP is declared: nothing.
    REQUESTS,
    /// Something else is declared, or nobody's: nothing either.
    WHOLE,
    /// Rules go by the server name of a TLS client's hello.
    SERVER_NAME,
    /// Nothing is declared: the caller's first octets tell.
    SNIFFED
}
