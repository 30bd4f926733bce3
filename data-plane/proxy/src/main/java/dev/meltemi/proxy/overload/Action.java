package dev.meltemi.proxy.overload;

import java.util.Locale;

/// What a proxy does under pressure, under Envoy's names, mildest first.
public enum Action {
    /// Connections on which nothing has happened for some seconds are closed; those that are used keep on.
    REDUCE_TIMEOUTS,
    /// Each answer is its connection's last, and idle connections are closed.
    DISABLE_HTTP_KEEPALIVE,
    /// A new request is answered 503 with `Retry-After`; what is under way goes on.
    STOP_ACCEPTING_REQUESTS,
    /// A new connection is closed before anything is read from it.
    REJECT_INCOMING_CONNECTIONS;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
