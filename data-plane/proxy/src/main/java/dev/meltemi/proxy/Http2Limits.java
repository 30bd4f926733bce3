package dev.meltemi.proxy;

/// What one HTTP/2 connection of a caller may take.
///
/// @param streams under way at a time
/// @param streamWindow octets of a request's body that may be on their way before we have passed them on
/// @param connectionWindow the same for all requests of the connection together
/// @param headerTable octets of HPACK's dynamic table, in each direction
/// @param unsent octets of one answer that wait here for the caller to read
/// @param resets streams after which a connection is judged: more than half of them reset soon after they began
/// (CVE-2023-44487), or made us reset them, and it is cut
public record Http2Limits(
        int streams, int streamWindow, int connectionWindow, int headerTable, int unsent, int resets) {
    /// Envoy's for an edge.
    public static final Http2Limits DEFAULT = new Http2Limits(100, 64 * 1024, 1024 * 1024, 4096, 64 * 1024, 500);
}
