package dev.meltemi.routing;

import java.time.Duration;

/// What can go wrong with a request, closed. {@link FailureWords} turns each into status, flag and details.
public sealed interface ProxyFailure {
    /// No rule or service for the request: NR, 404.
    record NoRoute() implements ProxyFailure {}

    /// The route names a host, port or subset that doesn't exist, or that it may not refer to: NC.
    ///
    /// @param status 503; 500 under a route of the Gateway API
    record NoCluster(String cluster, int status) implements ProxyFailure {}

    /// The cluster has no endpoint: UH, 503.
    record NoHealthyEndpoint(String cluster) implements ProxyFailure {}

    /// Connecting failed: UF, 503.
    ///
    /// @param why in a few words, empty when unknown
    record ConnectFailed(String why) implements ProxyFailure {}

    /// The upstream closed or reset before its answer began: UC, 503.
    ///
    /// @param requestSent whether any byte of the request may have reached the upstream
    record UpstreamReset(String why, boolean requestSent) implements ProxyFailure {
        public UpstreamReset(String why) {
            this(why, true);
        }
    }

    /// The upstream closed or reset after its answer had begun, which can't be taken back: UC.
    record AnswerCut(String why) implements ProxyFailure {}

    /// HTTP/2: the upstream has reset the stream before its answer began: UR, 503.
    ///
    /// @param why the error that it gave
    record StreamReset(String why) implements ProxyFailure {}

    /// HTTP/2: the same, and the upstream says that it has done nothing with the request: UR, 503.
    ///
    /// @param why in a few words, empty for a refused stream
    record StreamRefused(String why) implements ProxyFailure {}

    /// HTTP/2: the upstream has reset the stream after its answer had begun, which can't be taken back: UR.
    record AnswerReset(String why) implements ProxyFailure {}

    /// The whole request took too long: UT, 504.
    record UpstreamTimeout(Duration after) implements ProxyFailure {}

    /// One try took too long, and it was the last: UT, 504.
    record TryTimeout(Duration after) implements ProxyFailure {}

    /// A bounded queue or pool is full: UO, 503.
    record Overflow(String what) implements ProxyFailure {}

    /// The address is one of the proxy's own listeners, where the request would come round again: 508.
    ///
    /// @param listener `address:port`
    record RequestLoop(String listener) implements ProxyFailure {}

    /// The answer broke the protocol: UPE, 502.
    record BadUpstreamResponse(String why) implements ProxyFailure {}

    /// The request broke the protocol: DPE, 400 or what `status` says.
    record MalformedRequest(int status, String why) implements ProxyFailure {}

    /// The caller went away: DC, 0.
    record DownstreamClosed() implements ProxyFailure {}

    /// An abort that the rule ordered: FI.
    record InjectedAbort(int status) implements ProxyFailure {}

    /// The proxy has too much of something and takes no new request: OM, 503.
    ///
    /// @param what `heap 93%`
    record Overloaded(String what) implements ProxyFailure {}

    /// No socket could be had for connecting: too many open files, or no local port is left. UF, 503, and nobody
    /// blames the endpoint for it.
    record NoSocket(String why) implements ProxyFailure {}

    /// The proxy refuses the request, and says why: 503.
    record Refusing(String why) implements ProxyFailure {}
}
