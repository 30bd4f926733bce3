package dev.meltemi.proxy;

import dev.meltemi.proxy.upstream.UpstreamStream;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.routing.Breakers;
import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.routing.Retries;
import dev.meltemi.routing.Retries.Condition;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.Collections;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Whether a request may be tried again, by its route's conditions and by what can be sent again at all.
final class RetryRules {
    /// RFC 9110, 9.2.2.
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);
    private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString RATE_LIMITED = AsciiString.cached("x-envoy-ratelimited");
    /// Envoy's maximum: ten times the base.
    private static final int MAX_BACKOFF_FACTOR = 10;

    private final Exchange exchange;
    private final Retries retries;
    private int used;
    private boolean replayed;
    /// Among its cluster's retries.
    private boolean counted;

    RetryRules(Exchange exchange) {
        this.exchange = exchange;
        this.retries = exchange.forward == null
                ? Retries.NONE
                : exchange.forward.route().retries();
    }

    long perTryTimeoutNanos() {
        return retries.perTryTimeoutNanos();
    }

    /// A pooled connection that the endpoint had closed before it saw the request is nobody's failure: an
    /// idempotent request goes out once more on a new connection and that doesn't count as a retry. Nor does it for
    /// a request of any kind that the endpoint says it has never seen (RFC 9113, 6.8).
    boolean replaysOnFreshConnection(Failure failure, @Nullable UpstreamStream failed) {
        boolean stale = failure.kind() == Failure.Kind.CLOSED
                && failed != null
                && failed.isReused()
                && IDEMPOTENT.contains(exchange.method);
        boolean unseen = failure.kind() == Failure.Kind.UNSEEN;
        if (!(stale || unseen) || replayed || !exchange.body.isReplayable()) {
            return false;
        }
        replayed = true;
        return true;
    }

    boolean retries(FailureWords failure) {
        return matches(failure) && take();
    }

    /// @param headers of the answer: what gRPC says there without a body counts, trailers come too late
    boolean retriesAnswer(int status, HttpHeaders headers) {
        boolean wanted = (status >= 500 && on(Condition.FIVE_XX))
                || (status >= 502 && status <= 504 && on(Condition.GATEWAY_ERROR))
                || (status == 409 && on(Condition.RETRIABLE_4XX))
                || (on(Condition.RETRIABLE_STATUS_CODES)
                        && retries.statusCodes().contains(status))
                || (on(Condition.ENVOY_RATELIMITED) && headers.contains(RATE_LIMITED))
                || onGrpc(headers.get(GRPC_STATUS));
        return wanted && take();
    }

    private boolean onGrpc(@Nullable String status) {
        return switch (status) {
            case "1" -> on(Condition.CANCELLED);
            case "4" -> on(Condition.DEADLINE_EXCEEDED);
            case "8" -> on(Condition.RESOURCE_EXHAUSTED);
            case "13" -> on(Condition.INTERNAL);
            case "14" -> on(Condition.UNAVAILABLE);
            case null, default -> false;
        };
    }

    /// Whether a retry avoids the endpoint that failed.
    boolean goesElsewhere() {
        return retries.elsewhere();
    }

    /// Whether it failed because all retries were used up: URX.
    boolean exhausted(FailureWords failure) {
        return retries.attempts() > 0 && used >= retries.attempts() && matches(failure);
    }

    private boolean matches(FailureWords failure) {
        return !Collections.disjoint(failure.retriedOn(), retries.on());
    }

    private boolean on(Condition condition) {
        return retries.on().contains(condition);
    }

    private boolean take() {
        if (used >= retries.attempts() || !exchange.body.isReplayable() || !takeRoom()) {
            return false;
        }
        used++;
        return true;
    }

    /// Whether the cluster has room for one more request that is tried again. It has it to the request's end; when
    /// there is none, what came is the answer, marked UO as in Envoy.
    private boolean takeRoom() {
        if (counted || exchange.forward == null) {
            return true;
        }
        Breakers.Taken taken = exchange.forward.cluster().breakers().takeRetry();
        counted = taken == Breakers.Taken.COUNTED;
        if (taken == Breakers.Taken.REFUSED) {
            exchange.flag("UO");
        }
        return taken != Breakers.Taken.REFUSED;
    }

    /// The request is over.
    void end() {
        if (counted && exchange.forward != null) {
            counted = false;
            exchange.forward.cluster().breakers().endRetry();
        }
    }

    /// Jittered exponential, as Envoy's: anything below base * (2^n - 1), at most ten times the base.
    long nextBackoffNanos(RandomGenerator random) {
        long base = Math.max(1, retries.backoffBaseNanos());
        long bound = base * Math.min(MAX_BACKOFF_FACTOR, (1L << Math.min(used, 5)) - 1);
        return random.nextLong(Math.max(1, bound));
    }

    /// Of an answer that had begun.
    static ProxyFailure cut(Failure failure) {
        return switch (failure.kind()) {
            case RESET, REFUSED, UNSEEN -> new ProxyFailure.AnswerReset(failure.why());
            case CONNECT, CONNECT_TIMEOUT, OVERFLOW, LOOP, LOCAL, CLOSED, PROTOCOL ->
                new ProxyFailure.AnswerCut(failure.why());
        };
    }

    static ProxyFailure failure(Failure failure, boolean sent) {
        return switch (failure.kind()) {
            case CONNECT -> new ProxyFailure.ConnectFailed(failure.why());
            case CONNECT_TIMEOUT -> new ProxyFailure.ConnectFailed("connection_timeout");
            case LOCAL -> new ProxyFailure.NoSocket(failure.why());
            case OVERFLOW -> new ProxyFailure.Overflow(failure.why());
            case LOOP -> new ProxyFailure.RequestLoop(failure.why());
            case CLOSED -> new ProxyFailure.UpstreamReset(failure.why(), sent);
            case PROTOCOL -> new ProxyFailure.BadUpstreamResponse(failure.why());
            case RESET -> new ProxyFailure.StreamReset(failure.why());
            case REFUSED, UNSEEN -> new ProxyFailure.StreamRefused(failure.why());
        };
    }
}
