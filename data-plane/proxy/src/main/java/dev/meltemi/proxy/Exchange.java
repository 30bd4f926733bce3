package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Decision;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.HashPolicy;
import dev.meltemi.routing.HeaderEdits;
import dev.meltemi.routing.RequestHead;
import dev.meltemi.routing.RouteTable;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One request and what is learned of it on its way; the only mutable thing there. Lives on one event loop.
final class Exchange implements RequestHead {
    static final long NEVER = Long.MAX_VALUE;
    static final String NO_FLAGS = "-";

    final Downstream client;
    /// Read once: a request ends on the table it began on.
    final RouteTable table;
    final HttpMethod method;
    final Protocol protocol;
    final HttpHeaders headers;
    final RequestBody body = new RequestBody();

    // RequestValidation, PathNormalization
    String receivedTarget;
    String path;
    String authority = "";
    Framing framing = Framing.NONE;
    boolean wantsClose;
    boolean expectsContinue;

    /// The protocol with which the caller wants to go on.
    @Nullable
    AsciiString upgrade;

    // ForwardedFor: the client, as a trusted proxy in front has told; null: who called us
    @Nullable
    String toldClient;

    // TraceContext
    String traceId = "";
    String spanId = "";

    @Nullable
    String parentSpanId;

    String requestId = "";

    // RouteDecision or ApplicationRoute
    @Nullable
    Decision decision;

    Decision.@Nullable Forward forward;
    Listening.@Nullable Application application;
    /// What may go there; null: everything.
    @Nullable
    Cluster applicationPool;

    // CrossOriginCalls: set on whatever answer there will be
    HeaderEdits crossOrigin = HeaderEdits.NONE;

    // RequestEdits
    String upstreamPath = "";
    String upstreamAuthority = "";

    // FaultInjection
    String fault = "";

    // Mirroring
    Mirroring.@Nullable Pending mirrors;

    // Forwarding
    @Nullable
    Attempts attempts;

    @Nullable
    Endpoint endpoint;

    /// Whom the endpoint has proven to be, with mesh mTLS.
    @Nullable
    ProvenPeer upstreamPeer;

    int tries;

    /// Of the key by which the cluster chooses its endpoint.
    long hash = HashPolicy.NO_KEY;

    /// For the answer, so that the caller's next request finds the same endpoint.
    @Nullable
    String setCookie;

    // What the access log says in the end
    final long startNanos;
    final long startMicros;
    long requestBytes;
    long responseBytes;
    long upstreamFirstByteNanos = -1;
    int status;
    String flags = NO_FLAGS;
    String details = "via_upstream";
    /// Of gRPC; null: it is none.
    @Nullable
    GrpcMessages answerMessages;
    /// As the answer says it, empty: it doesn't, or not yet.
    String grpcStatus = "";

    // On which side it has ended
    boolean requestEnded;
    boolean responseStarted;
    boolean responseEnded;
    boolean over;
    /// We reset the caller, not the other way round.
    boolean cut;

    // On the loop's clock
    long routeDeadline = NEVER;
    long tryDeadline = NEVER;

    /// @param target as it came, in whatever form
    /// @param startNanos on the loop's clock
    /// @param startMicros since 1970
    Exchange(
            Downstream client,
            RouteTable table,
            Protocol protocol,
            HttpMethod method,
            String target,
            HttpHeaders headers,
            long startNanos,
            long startMicros) {
        this.client = client;
        this.table = table;
        this.protocol = protocol;
        this.method = method;
        this.headers = headers;
        this.receivedTarget = target;
        this.path = target;
        this.startNanos = startNanos;
        this.startMicros = startMicros;
    }

    /// The endpoint has agreed to the upgrade. What follows has no length, and no time-out of the route ends it.
    void openTunnel() {
        framing = Framing.TUNNEL;
        requestEnded = false;
        wantsClose = true;
        body.reopen();
        routeDeadline = NEVER;
    }

    void flag(String flag) {
        flags = flags.equals(NO_FLAGS) ? flag : flags + "," + flag;
    }

    boolean isHead() {
        return method.equals(HttpMethod.HEAD);
    }

    /// IP address of who asked.
    String clientHost() {
        return toldClient == null ? client.caller().host : toldClient;
    }

    @Override
    public String method() {
        return method.name();
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String authority() {
        return authority;
    }

    @Override
    public String scheme() {
        return client.accepted().scheme();
    }

    /// Host is an authority by now and no longer among the headers.
    @Override
    public @Nullable String header(String name) {
        if (name.equalsIgnoreCase("host")) {
            return authority;
        }
        String first = headers.get(name);
        if (first == null) {
            return null;
        }
        List<String> all = headers.getAll(name);
        return all.size() == 1 ? first : String.join(",", all);
    }

    @Override
    public int listenerPort() {
        return client.accepted().port();
    }

    @Nullable
    String userAgent() {
        return headers.get(HttpHeaderNames.USER_AGENT);
    }
}
