package dev.meltemi.proxy.checks;

import dev.meltemi.proxy.upstream.UpstreamPools;
import dev.meltemi.proxy.upstream.UpstreamStream;
import dev.meltemi.proxy.upstream.UpstreamUser;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.OutgoingHead;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HealthCheckKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One question to one endpoint, on the way that requests take, mesh mTLS included. Lives on one event loop.
final class HealthProbe implements UpstreamUser {
    private final UpstreamPools pools;
    private final @Nullable Cluster cluster;
    private final Endpoint endpoint;
    private final HealthCheck how;
    private final Consumer<Outcome> done;
    private final ScheduledFuture<?> timeout;
    private @Nullable UpstreamStream stream;
    private boolean sent;
    private boolean asked;
    private boolean over;
    private int status;
    private HttpHeaders head = EmptyHttpHeaders.INSTANCE;
    private final GrpcHealth grpc = new GrpcHealth();

    /// What an endpoint made of a question.
    sealed interface Outcome {
        record Well() implements Outcome {}

        /// @param why for people
        record Unwell(String why) implements Outcome {}

        /// It wasn't asked: we had no room.
        record Unasked() implements Outcome {}
    }

    private HealthProbe(
            UpstreamPools pools,
            EventLoop loop,
            @Nullable Cluster cluster,
            Endpoint endpoint,
            HealthCheck how,
            Consumer<Outcome> done) {
        this.pools = pools;
        this.cluster = cluster;
        this.endpoint = endpoint;
        this.how = how;
        this.done = done;
        this.timeout = loop.schedule(this::late, how.getTimeoutUs(), TimeUnit.MICROSECONDS);
    }

    /// @param loop of the pools, on which this is called
    /// @param cluster null: our own application
    static void start(
            UpstreamPools pools,
            EventLoop loop,
            @Nullable Cluster cluster,
            Endpoint endpoint,
            HealthCheck how,
            Consumer<Outcome> done) {
        new HealthProbe(pools, loop, cluster, endpoint, how, done).ask(how.getKind() == HealthCheckKind.TCP);
    }

    private void ask(boolean fresh) {
        sent = false;
        long nanos = TimeUnit.MICROSECONDS.toNanos(how.getTimeoutUs());
        UpstreamStream lent = pools.lend(endpoint, cluster, isHttp2(), nanos, fresh, this);
        if (over || sent) {
            return;
        }
        stream = lent;
        if (lent.isReady()) {
            onReady(lent);
        }
    }

    private boolean isHttp2() {
        return switch (how.getKind()) {
            case GRPC -> true;
            case HTTP -> cluster != null && cluster.http().isHttp2(false);
            case TCP, UNKNOWN -> false;
        };
    }

    @Override
    public void onReady(UpstreamStream ready) {
        if (sent || over) {
            return;
        }
        sent = true;
        stream = ready;
        if (how.getKind() == HealthCheckKind.TCP) {
            end(new Outcome.Well());
            ready.abort();
            return;
        }
        String host =
                how.getHost().isEmpty() && cluster != null ? cluster.service().host() : how.getHost();
        if (how.getKind() == HealthCheckKind.GRPC) {
            ByteBuf message = GrpcHealth.request(how.getService());
            var framing = new Framing(Framing.Kind.LENGTH, message.readableBytes());
            ready.writeHead(new OutgoingHead(
                    HttpMethod.POST, "http", GrpcHealth.PATH, host, GrpcHealth.headers(), framing, 1, null, null));
            ready.writeBody(framing, message);
            ready.endRequest(framing, EmptyHttpHeaders.INSTANCE);
        } else {
            HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.USER_AGENT, "meltemi-health-check");
            ready.writeHead(new OutgoingHead(
                    HttpMethod.GET, "http", how.getPath(), host, headers, Framing.NONE, 1, null, null));
            ready.endRequest(Framing.NONE, EmptyHttpHeaders.INSTANCE);
        }
        ready.flush();
    }

    @Override
    public void onHead(int answered, HttpHeaders headers, Framing framing) {
        status = answered;
        head = headers;
    }

    @Override
    public void onBody(ByteBuf octets) {
        if (how.getKind() == HealthCheckKind.GRPC) {
            grpc.read(octets);
        }
        octets.release();
    }

    @Override
    public void onEnd(HttpHeaders trailers) {
        String fault = how.getKind() == HealthCheckKind.GRPC && status == 200 ? grpc.fault(head, trailers) : null;
        end(fault == null ? judged() : new Outcome.Unwell(fault));
    }

    /// As kubelets do, and so Istio's probes.
    private Outcome judged() {
        return status >= 200 && status < 400 ? new Outcome.Well() : new Outcome.Unwell("status " + status);
    }

    @Override
    public void onFailure(Failure failure) {
        UpstreamStream failed = stream;
        boolean stale = failure.kind() == Failure.Kind.CLOSED && failed != null && failed.isReused();
        if (stale && !asked && status == 0) {
            asked = true;
            ask(true);
        } else if (status != 0 && how.getKind() == HealthCheckKind.HTTP) {
            end(judged());
        } else {
            end(failure.isEndpoints() ? new Outcome.Unwell(failure.why()) : new Outcome.Unasked());
        }
    }

    private void late() {
        UpstreamStream waiting = stream;
        end(
                status != 0 && how.getKind() == HealthCheckKind.HTTP
                        ? judged()
                        : new Outcome.Unwell("no answer in " + how.getTimeoutUs() / 1_000 + " ms"));
        if (waiting != null) {
            waiting.abort();
        }
    }

    private void end(Outcome outcome) {
        if (!over) {
            over = true;
            stream = null;
            timeout.cancel(false);
            done.accept(outcome);
        }
    }

    @Override
    public void onInterim(HttpResponseStatus interim, HttpHeaders headers) {
        // the answer that counts follows
    }

    @Override
    public void onReadComplete() {
        // nothing waits for what was read
    }

    @Override
    public void onWritabilityChanged() {
        // a question is a few octets
    }
}
