package dev.meltemi.routing;

import dev.meltemi.routing.Retries.Condition;
import java.util.Set;

/// How a failure is told: to the caller, in access logs and to the retry rules. Flags and details are Envoy's
/// (`response_flags`, `response_code_details`), because people search their logs for them.
///
/// @param status to answer with, 0: nobody is left to answer
/// @param flag `-` when Envoy has none
/// @param body plain text, may be empty
/// @param retriedOn any one of these conditions of a route makes it worth another try; empty: never
public record FailureWords(int status, String flag, String details, String body, Set<Condition> retriedOn) {
    /// What Envoy counts as no answer at all.
    private static final Set<Condition> ON_RESET = Set.of(Condition.RESET, Condition.FIVE_XX, Condition.GATEWAY_ERROR);

    private static final Set<Condition> ON_UNSENT =
            Set.of(Condition.RESET, Condition.RESET_BEFORE_REQUEST, Condition.FIVE_XX, Condition.GATEWAY_ERROR);

    private static final Set<Condition> ON_CONNECT = Set.of(
            Condition.CONNECT_FAILURE,
            Condition.RESET,
            Condition.RESET_BEFORE_REQUEST,
            Condition.FIVE_XX,
            Condition.GATEWAY_ERROR);

    /// The upstream has done nothing with it.
    private static final Set<Condition> ON_REFUSED = Set.of(
            Condition.REFUSED_STREAM,
            Condition.RESET,
            Condition.RESET_BEFORE_REQUEST,
            Condition.FIVE_XX,
            Condition.GATEWAY_ERROR);

    private static final String RESET_BY_UPSTREAM = "the upstream reset the stream before it answered";

    private static final String BEFORE_RESPONSE = "upstream_reset_before_response_started";

    private static final String CONNECT_TIMEOUT = "connection_timeout";

    public FailureWords {
        retriedOn = Set.copyOf(retriedOn);
    }

    public static FailureWords of(ProxyFailure failure) {
        return switch (failure) {
            case ProxyFailure.NoRoute() -> of(404, "NR", "route_not_found", "");
            case ProxyFailure.NoCluster(var _, var status) -> of(status, "NC", "cluster_not_found", "");
            case ProxyFailure.NoHealthyEndpoint(var _) -> of(503, "UH", "no_healthy_upstream", "no healthy upstream");
            case ProxyFailure.ConnectFailed(var why) ->
                of(
                        503,
                        "UF",
                        underscored(why).equals(CONNECT_TIMEOUT)
                                ? details(BEFORE_RESPONSE, CONNECT_TIMEOUT, "")
                                : details(BEFORE_RESPONSE, "remote_connection_failure", why),
                        "the upstream could not be reached: " + (why.isEmpty() ? "connection failure" : why),
                        ON_CONNECT);
            case ProxyFailure.UpstreamReset(var why, var sent) ->
                of(
                        503,
                        "UC",
                        details(BEFORE_RESPONSE, "connection_termination", why),
                        "the upstream closed the connection before it answered",
                        sent ? ON_RESET : ON_UNSENT);
            case ProxyFailure.AnswerCut(var why) ->
                of(503, "UC", details("upstream_reset_after_response_started", "connection_termination", why), "");
            case ProxyFailure.StreamReset(var why) ->
                of(503, "UR", details(BEFORE_RESPONSE, "remote_reset", why), RESET_BY_UPSTREAM, ON_RESET);
            case ProxyFailure.StreamRefused(var why) ->
                of(
                        503,
                        "UR",
                        details(BEFORE_RESPONSE, "remote_refused_stream_reset", why),
                        RESET_BY_UPSTREAM,
                        ON_REFUSED);
            case ProxyFailure.AnswerReset(var why) ->
                of(503, "UR", details("upstream_reset_after_response_started", "remote_reset", why), "");
            case ProxyFailure.UpstreamTimeout(var _) -> of(504, "UT", "response_timeout", "upstream request timeout");
            case ProxyFailure.TryTimeout(var _) ->
                of(504, "UT", "upstream_per_try_timeout", "upstream request timeout", ON_RESET);
            case ProxyFailure.Overflow(var what) ->
                of(503, "UO", details(BEFORE_RESPONSE, "overflow", ""), "too much waits for the upstream: " + what);
            case ProxyFailure.RequestLoop(var listener) ->
                of(
                        508,
                        "-",
                        "request_loop",
                        listener + " is this proxy's own listener: address a service or the application instead");
            case ProxyFailure.BadUpstreamResponse(var why) ->
                of(
                        502,
                        "UPE",
                        details(BEFORE_RESPONSE, "protocol_error", why),
                        "the upstream's answer broke the protocol",
                        ON_RESET);
            case ProxyFailure.MalformedRequest(var status, var why) -> of(status, "DPE", underscored(why), "");
            case ProxyFailure.DownstreamClosed() -> of(0, "DC", "downstream_remote_disconnect", "");
            case ProxyFailure.InjectedAbort(var status) -> of(status, "FI", "fault_filter_abort", "fault filter abort");
            case ProxyFailure.Overloaded(var what) ->
                of(503, "OM", "overload", "this proxy is overloaded: " + what + "; try again later");
            case ProxyFailure.NoSocket(var why) ->
                of(
                        503,
                        "UF",
                        details(BEFORE_RESPONSE, "local_connection_failure", why),
                        "this proxy could not connect: " + why,
                        ON_CONNECT);
            case ProxyFailure.Refusing(var why) -> of(503, "-", underscored(why), why);
        };
    }

    private static FailureWords of(int status, String flag, String details, String body) {
        return of(status, flag, details, body, Set.of());
    }

    private static FailureWords of(int status, String flag, String details, String body, Set<Condition> retriedOn) {
        return new FailureWords(status, flag, details, body, retriedOn);
    }

    /// Envoy's shape: `upstream_reset_before_response_started{connection_termination}`, with more after a bar.
    private static String details(String what, String reason, String why) {
        String more = underscored(why);
        return what + "{" + (more.isEmpty() || more.equals(reason) ? reason : reason + "|" + more) + "}";
    }

    /// A column of a log has no blanks.
    private static String underscored(String text) {
        return text.strip().replaceAll("\\s+", "_");
    }
}
