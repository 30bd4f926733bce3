package dev.meltemi.proxy;

import java.util.List;

/// Read downward: what happens to a request, in this order, and why here. One list for each direction.
final class RequestPath {
    private RequestPath() {}

    /// A request that our own application sends into the mesh.
    static List<RequestFilter> outbound() {
        return List.of(
                new RequestValidation(false), // one meaning, or none: before anybody judges anything
                new LoadShedding(), //           in the proxy's own words, and before anything is worked out
                new PathNormalization(), //      before rules see the path
                new TraceContext(), //           whatever happens now can be found again
                new ForgedHeaders(), //          an application doesn't speak in the mesh's own words either
                new RouteDecision(), //          the only look at the table
                new DecidedAnswer(), //          redirects, direct answers and refusals go nowhere else
                new FaultInjection(), //         as the caller would meet it: before time-outs and retries begin
                new CrossOriginCalls(), //       preflights end here; pages of other sites hear what they may
                new RequestEdits(), //           what the destination shall see
                new Mirroring(), //              the same request, to those whose answer doesn't count
                new Forwarding()); //            tries, until one answers
    }

    /// A request that somebody sends to our own application.
    static List<RequestFilter> inbound() {
        return List.of(
                new RequestValidation(false), // a mesh peer can be hostile too
                new LoadShedding(), //           in the proxy's own words, and before anything is worked out
                new PathNormalization(), //      the application and its policies see one path
                new TraceContext(), //           continues what the caller's side began
                new ProvenCaller(), //           who it is, if that was proven; else its word means nothing
                new ApplicationRoute(), //       by port, not by rule: rules ran on the caller's side
                new PortMode(), //               mTLS or not, as the application's port wants it by now
                new Forwarding()); //            to the application, once
    }

    /// A request that enters the mesh from outside.
    static List<RequestFilter> gateway() {
        return List.of(
                new RequestValidation(true), //  strictest at the edge
                new LoadShedding(), //           in the proxy's own words, and before anything is worked out
                new PathNormalization(), //      before rules see the path
                new OutsideHeaders(), //         nobody outside speaks in the mesh's own words
                new ForwardedFor(), //           who it was, for everybody behind
                new TraceContext(), //           most traces begin here
                new RouteDecision(), //          by listener port and authority
                new DecidedAnswer(), //          redirects to https live here
                new FaultInjection(), //         as for outbound
                new CrossOriginCalls(), //       as for outbound
                new RequestEdits(), //           as for outbound
                new Mirroring(), //              as for outbound
                new Forwarding()); //            as for outbound
    }
}
