package dev.meltemi.proxy;

import dev.meltemi.proxy.upstream.UpstreamStream;
import dev.meltemi.proxy.upstream.UpstreamUser;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.OutgoingHead;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One copy of a request on its way to a mirror, addressed as the original is; its answer is read and dropped.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class Mirror implements UpstreamUser {
    /// A mirror that takes longer is cut off.
    private static final long TIMEOUT_SECONDS = 15;

    private final Loop loop;
    private final Endpoint endpoint;
    private final OutgoingHead head;
    private final RouteTable table;
    private final List<ByteBuf> body;
    private final ScheduledFuture<?> timeout;
    private @Nullable UpstreamStream connection;
    private boolean sent;
    private boolean over;

    private Mirror(Loop loop, RouteTable table, Endpoint endpoint, OutgoingHead head, List<ByteBuf> body) {
        this.loop = loop;
        this.table = table;
        this.endpoint = endpoint;
        this.head = head;
        this.body = body;
        this.timeout = loop.executor.schedule(this::cutOff, TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /// @param body owned by the mirror
    static void send(Exchange exchange, Cluster cluster, List<ByteBuf> body) {
        Loop loop = exchange.client.loop();
        Endpoint picked = cluster.pick(loop.random, List.of());
        if (picked == null
                || loop.mirrors >= exchange.client.server().settings().limits().mirrors()) {
            body.forEach(ByteBuf::release);
            return;
        }
        long octets = body.stream().mapToLong(ByteBuf::readableBytes).sum();
        Framing framing = exchange.framing.hasBody() ? new Framing(Framing.Kind.LENGTH, octets) : exchange.framing;
        var head = new OutgoingHead(
                exchange.method,
                exchange.scheme(),
                exchange.upstreamPath,
                exchange.upstreamAuthority,
                TraceContext.unsampled(exchange.headers),
                framing,
                1,
                null,
                null);
        loop.mirrors++;
        picked.begin();
        var mirror = new Mirror(loop, exchange.table, picked, head, body);
        UpstreamStream lent = loop.pools.lend(
                picked,
                cluster,
                cluster.http().isHttp2(exchange.protocol == Protocol.HTTP_2),
                cluster.connectTimeoutNanos(),
                false,
                mirror);
        if (lent.isReady()) {
            mirror.onReady(lent);
        } else if (!mirror.over) {
            mirror.connection = lent;
        }
    }

    @Override
    public void onReady(UpstreamStream upstream) {
        if (sent || over) {
            return;
        }
        sent = true;
        connection = upstream;
        upstream.writeHead(head.introducing(loop.introduction(upstream, table)));
        for (ByteBuf octets : body) {
            upstream.writeBody(Framing.NONE, octets);
        }
        upstream.endRequest(Framing.NONE, EmptyHttpHeaders.INSTANCE);
        upstream.flush();
    }

    private void cutOff() {
        UpstreamStream late = connection;
        end();
        if (late != null) {
            late.abort();
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        connection = null;
        timeout.cancel(false);
        loop.mirrors--;
        endpoint.end();
        if (!sent) {
            body.forEach(ByteBuf::release);
        }
    }

    @Override
    public void onBody(ByteBuf octets) {
        octets.release();
    }

    @Override
    public void onEnd(HttpHeaders trailers) {
        end();
    }

    @Override
    public void onFailure(Failure failure) {
        end();
    }

    @Override
    public void onInterim(HttpResponseStatus status, HttpHeaders headers) {
        // Dropped with the rest of the answer.
    }

    @Override
    public void onHead(int status, HttpHeaders headers, Framing framing) {
        // Dropped with the rest of the answer.
    }

    @Override
    public void onReadComplete() {
        // Nothing waits for what was read.
    }

    @Override
    public void onWritabilityChanged() {
        // Everything is written at once and bounded by what is kept for retries.
    }
}
