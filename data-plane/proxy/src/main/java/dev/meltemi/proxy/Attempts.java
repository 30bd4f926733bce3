package dev.meltemi.proxy;

import dev.meltemi.proxy.upstream.UpstreamStream;
import dev.meltemi.proxy.upstream.UpstreamUser;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.OutgoingHead;
import dev.meltemi.routing.Breakers;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.HashPolicy;
import dev.meltemi.routing.ProxyFailure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One request's tries: picks an endpoint, sends, streams both ways, and tries elsewhere while nothing was
/// answered.
///
/// ```
/// picking ──▶ connecting ──▶ sent ──head──▶ answering ──end──▶ over
///    ▲            │           │                 │ breaks off: caller is reset
///    └──back-off──┴──retriable┘                 ▼
///                 └── otherwise ──▶ local answer ──▶ over
/// ```
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class Attempts implements UpstreamUser {
    private final Exchange exchange;
    private final Downstream client;
    private final RetryRules rules;
    private @Nullable UpstreamStream connection;
    private @Nullable Endpoint endpoint;
    private List<Endpoint> tried = List.of();
    private Framing answer = Framing.NONE;
    private boolean ready;
    private boolean requestEnded;
    private boolean answering;
    /// Of a tunnel, whose other way may go on.
    private boolean answerEnded;
    private boolean over;
    private boolean dirty;
    /// Among its cluster's requests.
    private boolean counted;
    private long sentAt;

    Attempts(Exchange exchange) {
        this.exchange = exchange;
        this.client = exchange.client;
        this.rules = new RetryRules(exchange);
    }

    void start() {
        long timeout = GrpcTimeout.effective(
                exchange,
                exchange.forward == null ? 0 : exchange.forward.route().timeoutNanos());
        if (timeout > 0) {
            exchange.routeDeadline = client.loop().now() + timeout;
            client.rearm();
        }
        findKey();
        attempt(false);
    }

    /// Once for all tries, so that a retry meets the same endpoint.
    private void findKey() {
        HashPolicy hashing =
                exchange.forward == null ? null : exchange.forward.cluster().hashing();
        if (hashing == null) {
            return;
        }
        exchange.hash = hashing.hash(exchange, exchange.clientHost());
        if (exchange.hash == HashPolicy.NO_KEY) {
            HashPolicy.MadeCookie made = hashing.makeCookie(client.loop().random);
            if (made != null) {
                exchange.hash = made.hash();
                exchange.setCookie = made.setCookie();
            }
        }
    }

    private void attempt(boolean fresh) {
        Endpoint picked = pick();
        if (picked == null) {
            String cluster =
                    exchange.forward == null ? "" : exchange.forward.cluster().name();
            answerLocally(new ProxyFailure.NoHealthyEndpoint(cluster), false);
            return;
        }
        if (!takeRequest()) {
            answerLocally(new ProxyFailure.Overflow("active_requests"), false);
            return;
        }
        endpoint = picked;
        exchange.endpoint = picked;
        exchange.upstreamPeer = null;
        exchange.tries++;
        picked.begin();
        long perTry = rules.perTryTimeoutNanos();
        if (perTry > 0) {
            exchange.tryDeadline = client.loop().now() + perTry;
            client.rearm();
        }
        int started = exchange.tries;
        UpstreamStream lent =
                client.loop().pools.lend(picked, pool(), speaksHttp2(), connectTimeoutNanos(), fresh, this);
        if (over || exchange.tries != started || endpoint == null) {
            return;
        }
        connection = lent;
        if (lent.isReady()) {
            onReady(lent);
        } else {
            client.setBodyPaused(exchange.body.hasUnsent());
        }
    }

    /// Whether the cluster has room for one more try.
    private boolean takeRequest() {
        Cluster limited = pool();
        Breakers.Taken taken =
                limited == null ? Breakers.Taken.UNLIMITED : limited.breakers().takeRequest();
        counted = taken == Breakers.Taken.COUNTED;
        return taken != Breakers.Taken.REFUSED;
    }

    /// Whose limits hold; null: nobody's.
    private @Nullable Cluster pool() {
        return exchange.forward == null ? exchange.applicationPool : exchange.forward.cluster();
    }

    private @Nullable Endpoint pick() {
        if (exchange.application != null) {
            return exchange.application.endpoint();
        }
        if (exchange.forward == null) {
            return null;
        }
        Cluster cluster = exchange.forward.cluster();
        if (cluster.detectsOutliers()) {
            cluster.sweep(client.loop().now());
        }
        InetSocketAddress asked = client.accepted().asked;
        return asked != null && cluster.followsCaller()
                ? client.loop().passthrough(asked)
                : cluster.pick(client.loop().random, tried, exchange.hash);
    }

    /// What leaves HTTP can do so from HTTP/1.1 only.
    private boolean speaksHttp2() {
        if (exchange.upgrade != null) {
            return false;
        }
        boolean asked = exchange.protocol == Protocol.HTTP_2;
        Listening.Application application = exchange.application;
        if (application != null) {
            return exchange.table.inboundHttp(application.servicePort()).isHttp2(asked);
        }
        return exchange.forward != null && exchange.forward.cluster().http().isHttp2(asked);
    }

    private long connectTimeoutNanos() {
        Cluster limited = pool();
        return limited == null
                ? client.server().settings().timeouts().connect().toNanos()
                : limited.connectTimeoutNanos();
    }

    // ---- the request on its way up

    @Override
    public void onReady(UpstreamStream upstream) {
        if (ready) {
            return;
        }
        connection = upstream;
        ready = true;
        exchange.upstreamPeer = upstream.peer();
        sentAt = client.loop().now();
        upstream.writeHead(new OutgoingHead(
                exchange.method,
                exchange.scheme(),
                exchange.upstreamPath,
                exchange.upstreamAuthority,
                exchange.headers,
                exchange.framing,
                exchange.tries,
                exchange.upgrade,
                client.loop().introduction(upstream, exchange.table)));
        dirty = true;
        pump();
        if (!client.isInRead()) {
            flush();
        }
    }

    /// Sends what has come of the body.
    void pump() {
        UpstreamStream upstream = connection;
        if (over || !ready || upstream == null) {
            client.setBodyPaused(!over && exchange.body.hasUnsent());
            return;
        }
        for (ByteBuf octets = exchange.body.poll(); octets != null; octets = exchange.body.poll()) {
            upstream.writeBody(exchange.framing, octets);
            dirty = true;
        }
        if (!requestEnded && (exchange.body.ended() || !exchange.framing.hasBody())) {
            requestEnded = true;
            upstream.endRequest(exchange.framing, exchange.body.trailers());
            dirty = true;
            if (answerEnded) {
                letGo();
                finish();
                return;
            }
        }
        if (!upstream.isWritable()) {
            flush();
        }
        // also where it is writable: the caller may have been paused while there was no connection yet
        client.setBodyPaused(!requestEnded && !upstream.isWritable());
    }

    void flush() {
        if (dirty && connection != null) {
            dirty = false;
            connection.flush();
        }
    }

    @Override
    public void onWritabilityChanged() {
        if (connection != null && !requestEnded) {
            client.flushSoon();
            client.setBodyPaused(!connection.isWritable());
        }
    }

    void onClientWritable(boolean writable) {
        if (connection != null) {
            connection.setReading(writable);
        }
    }

    // ---- the answer on its way down

    @Override
    public void onInterim(HttpResponseStatus status, HttpHeaders headers) {
        if (!answering) {
            client.interim(exchange, status, headers);
        }
    }

    @Override
    public void onHead(int status, HttpHeaders headers, Framing framing) {
        Endpoint where = endpoint;
        Cluster cluster = exchange.forward == null ? null : exchange.forward.cluster();
        if (where != null && cluster != null && cluster.detectsOutliers()) {
            cluster.onAnswer(where, status, client.loop().now());
        }
        measure();
        if (rules.retriesAnswer(status, headers)) {
            UpstreamStream refused = connection;
            remember(endpoint);
            letGo();
            if (refused != null) {
                refused.abort();
            }
            retryAfterBackoff();
            return;
        }
        answering = true;
        GrpcAnswer.note(exchange, headers);
        exchange.body.forget();
        exchange.tryDeadline = Exchange.NEVER;
        exchange.upstreamFirstByteNanos = client.loop().now();
        if (framing.isTunnel()) {
            requestEnded = false;
            exchange.openTunnel();
            client.rearm();
        }
        answer = AnswerHead.forward(exchange, status, headers, framing, exchange.upstreamFirstByteNanos - sentAt);
        if (framing.isTunnel()) {
            // what the caller has sent already
            pump();
            flush();
        }
    }

    /// What the endpoint took to answer, or has taken in vain.
    private void measure() {
        Endpoint where = endpoint;
        if (ready && where != null && exchange.forward != null) {
            Cluster cluster = exchange.forward.cluster();
            if (cluster.measuresLatency()) {
                cluster.took(where, client.loop().now() - sentAt);
            }
        }
    }

    @Override
    public void onBody(ByteBuf octets) {
        if (exchange.answerMessages != null) {
            exchange.answerMessages.pass(octets);
        }
        client.writeBody(exchange, answer, octets);
        if (!client.isWritable() && connection != null) {
            client.flushSoon();
            connection.setReading(client.isWritable());
        }
    }

    @Override
    public void onEnd(HttpHeaders trailers) {
        answerEnded = true;
        GrpcAnswer.note(exchange, trailers);
        if (!answer.isTunnel() || requestEnded) {
            letGo();
            finish();
        }
        exchange.wantsClose |= !exchange.requestEnded && !LocalReply.isDrainable(exchange);
        client.endResponse(exchange, answer, trailers);
    }

    @Override
    public void onReadComplete() {
        client.flushSoon();
    }

    // ---- when it goes wrong

    @Override
    public void onFailure(Failure failure) {
        UpstreamStream failed = connection;
        Endpoint where = endpoint;
        boolean sent = ready;
        letGo();
        if (answerEnded) {
            // Of a tunnel: who has ended one way closes the other when more comes on it.
            finish();
            exchange.requestEnded = true;
            client.endResponse(exchange, answer, EmptyHttpHeaders.INSTANCE);
        } else if (answering) {
            finish();
            LocalReply.note(exchange, RetryRules.cut(failure));
            client.reset();
        } else if (rules.replaysOnFreshConnection(failure, failed)) {
            exchange.body.rewind();
            attempt(true);
        } else {
            if (failure.isEndpoints()) {
                blame(where);
            }
            retryOrAnswer(RetryRules.failure(failure, sent), where);
        }
    }

    private void retryOrAnswer(ProxyFailure failure, @Nullable Endpoint where) {
        FailureWords words = FailureWords.of(failure);
        if (rules.retries(words)) {
            remember(where);
            retryAfterBackoff();
        } else {
            answerLocally(failure, rules.exhausted(words));
        }
    }

    private void blame(@Nullable Endpoint where) {
        if (where != null && exchange.forward != null) {
            exchange.forward.cluster().onLocalFailure(where, client.loop().now());
        }
    }

    private void remember(@Nullable Endpoint where) {
        if (where != null && rules.goesElsewhere()) {
            tried = tried.isEmpty() ? new ArrayList<>() : tried;
            tried.add(where);
        }
    }

    private void retryAfterBackoff() {
        exchange.body.rewind();
        // that of the try that has failed: there is none to be late while we wait
        exchange.tryDeadline = Exchange.NEVER;
        long wait = rules.nextBackoffNanos(client.loop().random);
        client.loop()
                .executor
                .schedule(
                        () -> {
                            if (!over) {
                                attempt(false);
                            }
                        },
                        wait,
                        TimeUnit.NANOSECONDS);
    }

    /// @param whole the request's own time is up, not only this try's
    void onTimeout(boolean whole) {
        exchange.tryDeadline = Exchange.NEVER;
        UpstreamStream late = connection;
        Endpoint where = endpoint;
        if (!answering) {
            measure();
        }
        letGo();
        if (late != null) {
            late.abort();
        }
        Duration after = Duration.ofNanos(client.loop().now() - exchange.startNanos);
        if (answering) {
            finish();
            LocalReply.note(exchange, new ProxyFailure.UpstreamTimeout(after));
            client.reset();
        } else {
            blame(where);
            retryOrAnswer(whole ? new ProxyFailure.UpstreamTimeout(after) : new ProxyFailure.TryTimeout(after), where);
        }
    }

    private void answerLocally(ProxyFailure failure, boolean exhausted) {
        finish();
        if (!exchange.requestEnded && !LocalReply.isDrainable(exchange)) {
            exchange.wantsClose = true;
        }
        LocalReply.fail(exchange, failure, exhausted);
    }

    /// The caller is gone or gets another answer: what goes on upstream is reset.
    void stop() {
        finish();
        UpstreamStream abandoned = connection;
        letGo();
        if (abandoned != null) {
            abandoned.abort();
        }
    }

    private void finish() {
        over = true;
        rules.end();
    }

    private void letGo() {
        connection = null;
        ready = false;
        requestEnded = false;
        dirty = false;
        if (endpoint != null) {
            endpoint.end();
            endpoint = null;
        }
        Cluster limited = counted ? pool() : null;
        if (limited != null) {
            counted = false;
            limited.breakers().endRequest();
        }
    }
}
