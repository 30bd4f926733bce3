package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.MalformedMessageException;
import dev.meltemi.routing.GrpcStatus;
import dev.meltemi.routing.ProxyFailure;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a request begins and where it ends, well or badly.
final class RequestIntake {
    private static final Logger LOG = LoggerFactory.getLogger(RequestIntake.class);

    private final Downstream client;
    private final ProxyPorts ports;

    RequestIntake(Downstream client, ProxyPorts ports) {
        this.client = client;
        this.ports = ports;
    }

    /// @param target as it came
    Exchange open(Protocol protocol, HttpMethod method, String target, HttpHeaders headers) {
        if (client.server().isDraining()) {
            client.server().arrival();
        }
        return new Exchange(
                client,
                ports.table().get(),
                protocol,
                method,
                target,
                headers,
                client.loop().now(),
                ports.micros());
    }

    void start(Exchange exchange, DecoderResult decoded) {
        guarded(exchange, () -> {
            if (decoded.isFailure()) {
                refuseUndecodable(exchange, decoded);
            } else {
                client.listening().way().proceed(exchange);
            }
        });
    }

    void guarded(Exchange exchange, Runnable step) {
        try {
            step.run();
        } catch (MalformedMessageException malformed) {
            LocalReply.fail(exchange, new ProxyFailure.MalformedRequest(malformed.status(), malformed.why()));
        } catch (RuntimeException bug) {
            failed(exchange, bug);
        }
    }

    /// What no filter foresaw ends this request only.
    static void failed(Exchange exchange, RuntimeException bug) {
        LOG.error("request failed in the proxy: path={} route={}", exchange.path, exchange.decision, bug);
        if (exchange.attempts != null) {
            exchange.attempts.stop();
        }
        if (exchange.responseStarted) {
            exchange.client.reset();
        } else {
            exchange.wantsClose = true;
            if (GrpcAnswer.isAskedFor(exchange)) {
                GrpcAnswer.send(exchange, GrpcStatus.ofAnswer(500), "internal_error", "");
                return;
            }
            LocalReply.send(exchange, 500, "internal_error", LocalReply.NO_BODY, LocalReply.headers(exchange));
        }
    }

    private void refuseUndecodable(Exchange exchange, DecoderResult result) {
        Throwable cause = result.cause();
        ProxyFailure failure = switch (cause) {
            case MalformedMessageException malformed ->
                new ProxyFailure.MalformedRequest(malformed.status(), malformed.why());
            case TooLongHttpLineException _ -> new ProxyFailure.MalformedRequest(414, "request_line_too_long");
            case TooLongHttpHeaderException _ -> new ProxyFailure.MalformedRequest(431, "headers_too_long");
            case TooLongFrameException _ -> new ProxyFailure.MalformedRequest(400, "too_long");
            default -> new ProxyFailure.MalformedRequest(400, "http1_codec_error");
        };
        LocalReply.fail(exchange, failure);
    }

    /// A body that breaks off or breaks the protocol is never completed towards the upstream: that is reset.
    void brokenBody(Exchange exchange, String why) {
        brokenBody(exchange, new ProxyFailure.MalformedRequest(400, why));
    }

    /// As above, by what its decoder says.
    void brokenBody(Exchange exchange, DecoderResult result) {
        brokenBody(
                exchange,
                result.cause() instanceof MalformedMessageException malformed
                        ? new ProxyFailure.MalformedRequest(malformed.status(), malformed.why())
                        : new ProxyFailure.MalformedRequest(
                                400, String.valueOf(result.cause().getMessage())));
    }

    private void brokenBody(Exchange exchange, ProxyFailure.MalformedRequest wrong) {
        boolean answering = exchange.responseStarted;
        if (exchange.attempts != null) {
            exchange.attempts.stop();
        }
        exchange.body.discard();
        exchange.wantsClose = true;
        if (answering) {
            exchange.flag("DPE");
            exchange.details = wrong.why();
            client.reset();
        } else {
            LocalReply.fail(exchange, wrong);
            client.flushSoon();
        }
    }

    void callerLeft(Exchange exchange) {
        if (exchange.over) {
            return;
        }
        exchange.over = true;
        if (exchange.attempts != null) {
            exchange.attempts.stop();
        }
        exchange.body.discard();
        if (!exchange.cut) {
            LocalReply.note(exchange, new ProxyFailure.DownstreamClosed());
        }
        log(exchange);
    }

    /// A head that began and didn't end in time or in bounds, as a request of which nothing is known.
    Exchange lateHead(Protocol protocol) {
        return open(
                protocol,
                HttpMethod.valueOf("-"),
                "-",
                DefaultHttpHeadersFactory.headersFactory().newHeaders());
    }

    void refuseLateHead(Exchange exchange) {
        LocalReply.fail(exchange, new ProxyFailure.MalformedRequest(408, "request_head_timeout"));
        client.flushSoon();
    }

    /// No octet in either direction for too long.
    void stalled(Exchange exchange) {
        if (exchange.attempts != null) {
            exchange.attempts.stop();
        }
        exchange.wantsClose = true;
        if (exchange.responseStarted) {
            exchange.flag("SI");
            exchange.details = "stream_idle_timeout";
            client.reset();
        } else if (exchange.requestEnded) {
            Duration after = client.server().settings().timeouts().stream();
            LocalReply.fail(exchange, new ProxyFailure.UpstreamTimeout(after));
        } else {
            LocalReply.fail(exchange, new ProxyFailure.MalformedRequest(408, "stream_idle_timeout"));
        }
        client.flushSoon();
    }

    void log(Exchange exchange) {
        exchange.body.discard();
        ports.telemetry().offer(AccessLine.of(exchange, client.loop().now()));
    }
}
