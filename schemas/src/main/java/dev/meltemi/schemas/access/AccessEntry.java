package dev.meltemi.schemas.access;

import org.jspecify.annotations.Nullable;

/// What one request was, seen from one proxy, at its end. Names as in Envoy's access log.
///
/// @param startMicros since the epoch
/// @param upstreamFirstByteMicros -1 when the upstream never answered
/// @param responseCode 0 when none was sent
/// @param responseFlags Envoy's short codes, comma separated, `-` for none
/// @param requestBytes wire bytes, head included
/// @param fault `delay`, `abort` or empty
/// @param parentSpanId null for a new trace
/// @param grpcStatus number of gRPC's status, empty for what isn't gRPC
/// @param requestMessages of gRPC, for metrics: no event carries it
/// @param responseMessages the same, of the answer
public record AccessEntry(
        Edge edge,
        long startMicros,
        long durationMicros,
        long upstreamFirstByteMicros,
        String method,
        String path,
        String authority,
        String protocol,
        int responseCode,
        String responseFlags,
        String responseCodeDetails,
        long requestBytes,
        long responseBytes,
        int attempts,
        String fault,
        String traceId,
        String spanId,
        @Nullable String parentSpanId,
        String requestId,
        @Nullable String userAgent,
        String downstreamRemoteAddress,
        String downstreamLocalAddress,
        String grpcStatus,
        long requestMessages,
        long responseMessages) {
    /// Of what isn't a call of gRPC.
    public AccessEntry(
            Edge edge,
            long startMicros,
            long durationMicros,
            long upstreamFirstByteMicros,
            String method,
            String path,
            String authority,
            String protocol,
            int responseCode,
            String responseFlags,
            String responseCodeDetails,
            long requestBytes,
            long responseBytes,
            int attempts,
            String fault,
            String traceId,
            String spanId,
            @Nullable String parentSpanId,
            String requestId,
            @Nullable String userAgent,
            String downstreamRemoteAddress,
            String downstreamLocalAddress) {
        this(
                edge,
                startMicros,
                durationMicros,
                upstreamFirstByteMicros,
                method,
                path,
                authority,
                protocol,
                responseCode,
                responseFlags,
                responseCodeDetails,
                requestBytes,
                responseBytes,
                attempts,
                fault,
                traceId,
                spanId,
                parentSpanId,
                requestId,
                userAgent,
                downstreamRemoteAddress,
                downstreamLocalAddress,
                "",
                0,
                0);
    }
}
