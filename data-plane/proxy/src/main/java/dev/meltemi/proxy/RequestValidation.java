package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Authority;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.HopByHop;
import dev.meltemi.proxy.wire.MalformedMessageException;
import dev.meltemi.proxy.wire.RequestTarget;
import dev.meltemi.proxy.wire.Upgrade;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Iterator;
import java.util.Map;

/// Gives a request one meaning: one authority, one length, one target; or refuses it. What concerned only this
/// connection is gone afterwards.
final class RequestValidation implements RequestFilter {
    private final boolean edge;

    /// @param edge whether callers are outside of the mesh
    RequestValidation(boolean edge) {
        this.edge = edge;
    }

    @Override
    public void onRequest(Exchange exchange, Next next) {
        HttpHeaders headers = exchange.headers;
        exchange.wantsClose = switch (exchange.protocol) {
            case HTTP_1_0 -> !HopByHop.connectionSays(headers, HttpHeaderValues.KEEP_ALIVE);
            case HTTP_1_1 -> HopByHop.connectionSays(headers, HttpHeaderValues.CLOSE);
            case HTTP_2 -> false;
        };
        if (exchange.method.equals(HttpMethod.CONNECT)) {
            // No tunnels: 501 says so without promising that another target would do.
            throw new MalformedMessageException(501, "connect_not_supported");
        }
        exchange.framing = framing(exchange);
        if (exchange.framing.hasBody() && GrpcAnswer.isAskedFor(exchange)) {
            exchange.body.count(new GrpcMessages());
            exchange.answerMessages = new GrpcMessages();
        }
        RequestTarget target = RequestTarget.parse(exchange.method, exchange.receivedTarget);
        exchange.path = target.path();
        exchange.authority =
                exchange.protocol == Protocol.HTTP_2 ? authority(exchange, target) : authority(headers, target);
        exchange.upgrade = exchange.protocol == Protocol.HTTP_1_1
                ? Upgrade.wanted(exchange.method, headers, exchange.framing)
                : null;
        HopByHop.strip(headers);
        expectation(exchange);
        if (edge && exchange.client.server().settings().limits().refuseUnderscores()) {
            refuseUnderscores(headers);
        }
        next.proceed(exchange);
    }

    /// HTTP/2 ends a body by itself, and says nothing of one that hasn't a known length.
    private static Framing framing(Exchange exchange) {
        Framing otherwise =
                exchange.protocol == Protocol.HTTP_2 && !exchange.requestEnded ? Framing.CHUNKED : Framing.NONE;
        return Framing.take(exchange.headers, exchange.protocol == Protocol.HTTP_1_1, otherwise);
    }

    /// `:authority` is the one; a Host beside it, which has no meaning of its own, must say the same (RFC 9113,
    /// 8.3.1).
    private static String authority(Exchange exchange, RequestTarget target) {
        if (target.authority() != null) {
            throw new MalformedMessageException(400, "absolute_form_in_path");
        }
        String named = exchange.authority;
        if (named.isEmpty()) {
            return authority(exchange.headers, target);
        }
        Authority.check(named);
        for (String host : exchange.headers.getAll(HttpHeaderNames.HOST)) {
            if (!host.equalsIgnoreCase(named)) {
                throw new MalformedMessageException(400, "authority_and_host_differ");
            }
        }
        exchange.headers.remove(HttpHeaderNames.HOST);
        return named;
    }

    /// That of an absolute target wins, but a Host beside it has to be one as well.
    private static String authority(HttpHeaders headers, RequestTarget target) {
        String host = headers.get(HttpHeaderNames.HOST);
        if (host == null) {
            throw new MalformedMessageException(400, "missing_host");
        }
        if (headers.getAll(HttpHeaderNames.HOST).size() > 1) {
            throw new MalformedMessageException(400, "duplicate_host");
        }
        Authority.check(host);
        headers.remove(HttpHeaderNames.HOST);
        String absolute = target.authority();
        return absolute == null ? host : absolute;
    }

    private static void expectation(Exchange exchange) {
        String expect = exchange.headers.get(HttpHeaderNames.EXPECT);
        if (expect == null) {
            return;
        }
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
            throw new MalformedMessageException(417, "unknown_expectation");
        }
        exchange.expectsContinue = exchange.protocol != Protocol.HTTP_1_0 && exchange.framing.hasBody();
        if (!exchange.expectsContinue) {
            exchange.headers.remove(HttpHeaderNames.EXPECT);
        }
    }

    private static void refuseUnderscores(HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            CharSequence name = all.next().getKey();
            for (int i = 0; i < name.length(); i++) {
                if (name.charAt(i) == '_') {
                    throw new MalformedMessageException(400, "underscore_in_header_name");
                }
            }
        }
    }
}
